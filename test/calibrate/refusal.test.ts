import { expect, test } from 'vitest'
import { refusalOf } from '../../src/calibrate/refusal.js'

const fit = { learnedMs: 60_000, observed: 300, flagged: 3, jumps: 1 }

test('a minute of one scene with a jump and 1 % of flagged observations is learned', () => {
  expect(refusalOf(fit)).toBeUndefined()
})

test.each([
  ['an incident', { incidentAfterMs: 12_000 }, 'looks attacked, an incident after 12 s'],
  ['more than 1 % flagged', { flagged: 4 }, 'looks attacked, 1.3 % of observations are flagged, 1 % at most'],
  ['a second jump', { jumps: 2 }, '2 jumps of the whole picture, 1 at most'],
  ['less than a minute', { learnedMs: 59_000 }, '59 s of clean observations, 60 s at least'],
])('%s is refused with its reason and what to do', (_, change, reason) => {
  const refusal = refusalOf({ ...fit, ...change })
  expect(refusal?.reason).toBe(reason)
  expect(refusal?.remedy).toMatch(/\.$/)
})

test('an attack is said before anything else', () => {
  expect(refusalOf({ ...fit, learnedMs: 0, jumps: 9, incidentAfterMs: 1_000 })?.reason).toContain('attacked')
})
