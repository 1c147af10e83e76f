import { expect, test } from 'vitest'
import { bandLimited } from '../../src/calibrate/band-limited.js'
import { raisesFromEach } from '../../src/calibrate/least-level.js'
import { spread } from '../../src/calibrate/spread.js'
import { randomSigns } from '../../src/core/perturbation.js'

test('a second raises where its evidence reaches the bound from wherever it begins', () => {
  expect(raisesFromEach([4, 4, 4, 4, 4, 4, 4, 4], 20)).toEqual(Array(8).fill(true))
  expect(raisesFromEach([4, 4, 4, 4, 4, 4, 4, 4], 20.5)).toEqual(Array(8).fill(false))
  // one observation that says nothing takes away what four give
  expect(raisesFromEach([4, 4, 4, 4, 4, -1, 4, 4], 18)).toEqual([true, ...Array(5).fill(false), true, true])
})

test('band-limited noise keeps its strength and repeats its neighbours', () => {
  const [white, smooth] = [randomSigns(64, 64, 3), bandLimited(randomSigns(64, 64, 3))]
  const alike = (values: Uint8Array) => values.filter((value, i) => i > 0 && value === values[i - 1]).length / 4095
  expect(new Set(smooth.values)).toEqual(new Set([1, 255]))
  expect(alike(white.values)).toBeLessThan(0.53)
  expect(alike(smooth.values)).toBeGreaterThan(0.65)
})

test.each([
  [3, [0, 1, 2]],
  [8, [0, 1, 2, 3, 4, 5, 6, 7]],
])('of %d things as many are kept as there are, up to eight', (count, kept) => {
  expect(spreadOf(count)).toEqual(kept)
})

test('of many things eight are kept, spread over all of them', () => {
  const kept = spreadOf(3_000)
  expect(kept).toHaveLength(8)
  expect(kept[0]).toBe(0)
  expect(kept.at(-1)).toBeGreaterThan(2_300)
  const gaps = kept.slice(1).map((n, i) => n - kept[i]!)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * Math.min(...gaps))
})

function spreadOf(count: number): readonly number[] {
  const some = spread<number>(8)
  for (let i = 0; i < count; i++) some.offer(() => i)
  return some.kept()
}
