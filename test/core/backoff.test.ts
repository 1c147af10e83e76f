import { expect, test } from 'vitest'
import { backoffMs } from '../../src/core/backoff.js'

test('waits double from half a second, with half of it by chance', () => {
  expect(backoffMs(0, 0)).toBe(250)
  expect(backoffMs(0, 0.999)).toBe(500)
  expect(backoffMs(3, 0)).toBe(2_000)
})

test('waits are capped at 30 s however often it failed', () => {
  expect(backoffMs(1_000_000, 0.9999)).toBeLessThanOrEqual(30_000)
  expect(backoffMs(1_000_000, 0)).toBe(15_000)
})

test('another range has its own first wait and its own cap', () => {
  const range = { firstMs: 60_000, maxMs: 900_000 }
  expect([backoffMs(0, 0, range), backoffMs(1, 0.5, range), backoffMs(9, 0, range)]).toEqual([30_000, 90_000, 450_000])
})
