import { expect, test } from 'vitest'
import { frameDue, untilDue } from '../../src/demo/frame-clock.js'
import { phaseAt } from '../../src/demo/phase-plan.js'

test('frames are due by the clock; what comes late skips', () => {
  expect([0, 66, 67, 1_000, 1_500].map((ms) => frameDue(ms, 15))).toEqual([0, 0, 1, 15, 22])
  expect(untilDue(15, 950.5, 15)).toBe(50)
  expect(untilDue(1, 500, 15)).toBe(0)
})

test('three phases of the same length, the last without end', () => {
  expect([0, 9_999, 10_000, 19_999, 20_000, 90_000].map((ms) => phaseAt(ms, 10_000))).toEqual([
    'clean',
    'clean',
    'attacked',
    'attacked',
    'after',
    'after',
  ])
})
