import { expect, test } from 'vitest'
import { autocorrelationTime } from '../../../src/core/baseline/autocorrelation.js'
import { normals } from '../../fixtures/random.js'

/** First-order autoregression: its integrated autocorrelation time is (1 + rho) / (1 - rho). */
function series(n: number, rho: number, seed: number): number[] {
  const normal = normals(seed)
  const values = [normal()]
  while (values.length < n) values.push(rho * values.at(-1)! + Math.sqrt(1 - rho * rho) * normal())
  return values
}

test.each([
  { rho: 0, tau: 1 },
  { rho: 0.5, tau: 3 },
  { rho: 0.9, tau: 19 },
])('of an autoregression with rho $rho is about $tau', ({ rho, tau }) => {
  const times = [1, 2, 3, 4, 5].map((seed) => autocorrelationTime(series(4_000, rho, seed)))
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  expect(mean).toBeGreaterThan(tau * 0.75)
  expect(mean).toBeLessThan(tau * 1.35)
})

test('of a constant, or of too few values to tell, is 1', () => {
  expect(autocorrelationTime(new Array(100).fill(2))).toBe(1)
  expect(autocorrelationTime(new Array(42).fill(Math.log(0.5)))).toBe(1)
  expect(autocorrelationTime([1, 2, 3])).toBe(1)
})
