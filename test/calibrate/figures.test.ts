import { expect, test } from 'vitest'
import { signalFigures, valueHistogram } from '../../src/calibrate/figures.js'
import { histogramLines } from '../../src/calibrate/result.js'
import { normals } from '../fixtures/random.js'

test('each value falls into one bin, the ends included', () => {
  expect(valueHistogram([0, 0.1, 0.5, 0.9, 1], 4)).toEqual({ from: 0, to: 1, counts: [2, 0, 1, 2] })
  expect(valueHistogram([3, 3], 4)).toEqual({ from: 3, to: 3, counts: [2, 0, 0, 0] })
})

test('the fullest bin is two rows high, and one value is seen', () => {
  const lines = histogramLines({ from: -1, to: 1, counts: [1, 100, 50, 0, 0, 0, 0, 0, 0, 0] })
  expect(lines).toEqual(['   █', '  ▁██', '  -1.00 1.00'])
})

test('quantiles are of the values, the autocorrelation time of the strays', () => {
  const normal = normals(3)
  let wandering = 0
  const observations = Array.from({ length: 3_000 }, (_, i) => {
    wandering = 0.8 * wandering + normal()
    const strays = { screen: normal(), chain: wandering, noise: 0 }
    return { atMs: i * 200, values: { screen: i, chain: i, noise: 1 }, strays }
  })
  const { quantiles, tau } = signalFigures(observations, 'chain', 10)
  expect(quantiles).toEqual({ p1: 29, p50: 1499, p99: 2969, max: 2999 })
  // (1 + 0.8) / (1 - 0.8) of such a series
  expect(tau.observations).toBeGreaterThan(6)
  expect(tau.observations).toBeLessThan(13)
  expect(tau.seconds).toBeCloseTo(tau.observations / 5, 9)
  expect(signalFigures(observations, 'screen', 10).tau.observations).toBeLessThan(1.5)
})
