import { expect, test } from 'vitest'
import { seededChance } from '../../src/core/chance.js'
import { LEVEL_FEATURES, levelFeatures, perturbationLevel } from '../../src/core/level.js'

const size = { width: 64, height: 40 }
const scores = { chain: 2, screen: 1, head: 0.01 }
const flat = (luma: number) => new Uint8Array((64 * 40 * 3) / 2).fill(luma)
/** `after` and up to 20 either way on it. */
const noisy = (after: Uint8Array) => {
  const chance = seededChance(1)
  return after.map((v) => v + Math.round(40 * chance() - 20))
}

test('what was taken away is described by its size, wherever the picture ends', () => {
  const features = levelFeatures({ ...size, ...scores, before: flat(103), after: flat(100) })
  expect(features.length).toBe(LEVEL_FEATURES)
  const [noise, shift, within] = [Math.log(0.5), Math.log(3.1), Math.log(0.1)]
  expect(features.slice(0, 3)).toEqual([Math.log(0.01), 2, 1])
  expect(features.slice(3, 7)).toEqual(Array(4).fill(noise))
  for (const i of [7, 8]) expect(features[i]).toBeCloseTo(shift, 9)
  expect(features.slice(9, 12)).toEqual(Array(3).fill(Math.log(3.5)))
  // a shift of the whole is no deviation within a block
  for (const value of features.slice(12)) expect(value).toBeCloseTo(within, 6)
})

test('noise is what a frame has, and what is taken away of it deviates within the blocks', () => {
  const clean = flat(100)
  const features = levelFeatures({ ...size, ...scores, before: noisy(clean), after: clean })
  // uniform in -20..20: deviation 11.5
  expect(features[4]).toBeGreaterThan(Math.log(8))
  expect(features[4]).toBeLessThan(Math.log(14))
  for (const value of features.slice(12)) expect(Math.exp(value)).toBeCloseTo(11.6, -1)
})

test('a level whose error is too large is unknown; features that the fit has never seen are held', () => {
  // one hidden unit that looks at C's score
  const weights = Array(LEVEL_FEATURES + 1).fill(0)
  weights[1] = 1
  const model = {
    centre: Array(LEVEL_FEATURES).fill(0),
    scale: Array(LEVEL_FEATURES).fill(1),
    hidden: [weights],
    level: [1, 1],
    error: [1, 0],
    most_error: 1.5,
  }
  const told = (chain: number) =>
    perturbationLevel(model, { ...size, ...scores, chain, before: flat(100), after: flat(100) })
  expect(told(0)).toBeCloseTo(Math.E / 255, 9)
  expect(told(0.5)).toBeUndefined()
  expect(told(-4)).toBe(told(-40))
})
