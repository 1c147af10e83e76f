import { expect, test } from 'vitest'
import { wallOffset } from '../../src/core/wall-clock.js'

test('small corrections of the time of day leave an earlier moment where it was said to be', () => {
  expect(wallOffset(1_000, 6_300, 5_000)).toBe(1_000)
  expect(wallOffset(1_000, 5_700, 5_000)).toBe(1_000)
})

test('a clock that is set moves every moment with it', () => {
  const kept = wallOffset(undefined, 20, 10)
  expect(kept).toBe(10)
  expect(wallOffset(kept, Date.UTC(2026, 0), 5_000)).toBe(Date.UTC(2026, 0) - 5_000)
})
