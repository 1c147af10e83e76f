import { expect, test } from 'vitest'
import type { Verdict } from '../../src/core/verdict.js'
import { createCounters } from '../../src/guard/counters.js'

const clean: Verdict = { kind: 'clean', score: { logit: -3, p: 0.5 }, passes: 0 }
const perturbed: Verdict = { kind: 'perturbed', score: { logit: 9, p: 1e-9 }, purified: new Uint8Array(0), passes: 1 }

test('a frame is counted once, judged or unscored', () => {
  const counters = createCounters('gate', 0)
  counters.judged(clean, -0.5, 10, 100)
  counters.failed()
  counters.judged(perturbed, 9.5, 30, 200)
  const [counted] = counters.read(4, 300)
  expect(counted).toMatchObject({
    frames: 3,
    flagged: 1,
    unscored: 1,
    dropped: 4,
    score: 9,
    rise: 9.5,
    latencyP99Ms: 30,
  })
})

test('a camera is scored from its first judged frame on, and not while all its frames fail', () => {
  const counters = createCounters('gate', 0)
  const scored = () => counters.read(0, 1_000)[0].scored
  expect(scored()).toBe(false)
  counters.failed()
  expect(scored()).toBe(false)
  counters.judged(clean, undefined, 1, 100)
  counters.failed()
  expect(scored()).toBe(true)
  // nothing new came: what was last known holds
  expect(scored()).toBe(true)
  counters.failed()
  expect(scored()).toBe(false)
})

test('a camera that was away is scored again with the next frame that is judged', () => {
  const counters = createCounters('gate', 0)
  counters.judged(clean, undefined, 1, 100)
  counters.interrupted()
  expect(counters.read(0, 200)[0].scored).toBe(false)
  counters.judged(clean, undefined, 1, 300)
  expect(counters.read(0, 400)[0].scored).toBe(true)
})

test('too many dropped frames are reported', () => {
  const counters = createCounters('gate', 0)
  for (let i = 0; i < 50; i++) counters.judged(clean, undefined, 1, i)
  const [, overloaded] = counters.read(50, 10_000)
  expect(overloaded).toMatchObject({ code: 'FW_OVERLOADED', text: '50 of 100 frames dropped in 10 s' })
})
