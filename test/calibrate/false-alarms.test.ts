import { expect, test } from 'vitest'
import { strayBlocks, strayTails } from '../../src/calibrate/excursions.js'
import { type ModelledDecision, modelFalseAlarms, simulateAlarms } from '../../src/calibrate/false-alarms.js'
import { seededChance } from '../../src/core/chance.js'
import { normals } from '../fixtures/random.js'

const tau = { screen: 1, chain: 1, noise: 1 }

function recording(count: number, seed: number) {
  const normal = normals(seed)
  return Array.from({ length: count }, (_, i) => {
    const strays = { screen: normal(), chain: normal(), noise: normal() }
    return { atMs: i * 200, values: strays, strays }
  })
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const FEW = { resamples: 20, days: 1 }

/** Raises at one observation whose C strays by `from` or more. */
const raisesFrom = (from: number): ModelledDecision => ({
  lnE: ({ chain }) => (chain >= from ? 20 : -1),
  paysFrom: (signal) => (signal === 'chain' ? from : Number.POSITIVE_INFINITY),
  bound: 16,
})

test('a stray is beyond the tail from its start to its end, on the upper side alone', () => {
  const quiet = { screen: 0, chain: 0, noise: 0 }
  const strays = [quiet, { ...quiet, chain: 9 }, { ...quiet, chain: 9 }, { ...quiet, screen: -9 }, quiet]
  const tail = { u: 1, z: 0.1, xi: 0, beta: 1 }
  const tails = { screen: tail, chain: tail, noise: tail }
  expect(strayBlocks(strays, tails)).toEqual([
    {
      strays,
      excursions: [{ signal: 'chain', from: 1, to: 3 }],
    },
  ])
})

test('single strays beyond a bound are as many as the tail says', () => {
  const strays = recording(3_000, 5).map((one) => one.strays)
  const exponential = { u: 1.28, z: 0.1, xi: 0, beta: 0.4 }
  const tails = strayTails(strays, tau)
  const shaped = { ...tails, chain: exponential }
  // P = 0.1 exp(-(d - 1.28) / 0.4) = 1e-4: 43 observations of the 432,000 of a day; neighbours count once
  const chance = seededChance(1)
  const runs = Array.from({ length: 8 }, () =>
    simulateAlarms(strayBlocks(strays, shaped), shaped, raisesFrom(4.043), 1, chance),
  )
  const [alarms, days] = [sum(runs.map((run) => run.alarms)), sum(runs.map((run) => run.days))]
  expect(alarms / days).toBeGreaterThan(30)
  expect(alarms / days).toBeLessThan(50)
})

test('a camera that strays far from a bound has none, and the interval says how sure that is', () => {
  const modelled = modelFalseAlarms(recording(3_000, 7), tau, raisesFrom(40), seededChance(2), FEW)
  expect(modelled.per_day).toBe(0)
  expect(modelled.interval).toEqual([0, 3 / modelled.simulated_days])
  expect(modelled.observed_hours).toBeCloseTo(1 / 6, 9)
})

test('a bound that normal strays pass 46 times a day is modelled from the upper bound of the tail: not below', () => {
  const model = modelFalseAlarms(recording(3_000, 9), tau, raisesFrom(3.7), seededChance(3), FEW)
  const [low, high] = model.interval
  expect(high).toBeGreaterThan(46)
  expect(low).toBeLessThan(20 * 46)
  expect(model.per_day).toBeGreaterThan(low)
  expect(model.per_day).toBeLessThan(high)
})

test('the same chance gives the same figures', () => {
  const model = () => modelFalseAlarms(recording(600, 11), tau, raisesFrom(5), seededChance(4), FEW)
  expect(model()).toEqual(model())
})
