import { expect, test } from 'vitest'
import type { FromGuard } from '../../src/core/guard-protocol.js'
import { hear, hung, isStuck, look, startVitals } from '../../src/daemon/guard-vitals.js'

const beat = (judgingMs = 0): FromGuard => ({ type: 'beat', rssBytes: 1, judgingMs, cameras: [] })
const engine = {
  provider: 'cpu',
  mode: 'cascade',
  proof: {},
  model: { name: 'm', version: '1', sha256: '' },
  ffmpeg: '',
}
const ready: FromGuard = { type: 'ready', engine }

test('a guard has 15 s until its first beat, and 3 s from beat to beat', () => {
  const started = startVitals(1_000)
  expect(hung(started, 16_000)).toBeUndefined()
  expect(hung(started, 16_001)).toBe('no sign of life for 3001 ms')
  const beating = hear(hear(started, ready, 2_000), beat(), 2_000)
  expect(hung(beating, 5_000)).toBeUndefined()
  expect(hung(beating, 5_500)).toBe('no sign of life for 3500 ms')
})

test('a message that is no beat is no sign of life: the main thread alone beats', () => {
  const beating = hear(startVitals(0), beat(), 1_000)
  expect(hung(hear(beating, ready, 4_500), 4_500)).toBe('no sign of life for 3500 ms')
})

test('one inference of more than 3 s is taken for hung though beats go on', () => {
  expect(hung(hear(startVitals(0), beat(3_000), 1_000), 1_000)).toBeUndefined()
  expect(hung(hear(startVitals(0), beat(3_001), 1_000), 1_000)).toBe('one inference has run for 3001 ms')
})

test('a guard that beats and is not ready after 10 minutes is taken for hung; one that is ready is not', () => {
  const beating = hear(startVitals(0), beat(), 600_000)
  expect(hung(beating, 600_000)).toBeUndefined()
  expect(hung(beating, 600_001)).toBe('not ready to judge after 600 s')
  expect(hung(hear(beating, ready, 600_000), 600_001)).toBeUndefined()
})

test('a daemon that stood still blames no guard for its silence', () => {
  const beating = look(hear(startVitals(1_000), beat(), 1_000), 1_100)
  const after = look(beating, 31_000)
  expect(hung(after, 31_000)).toBeUndefined()
  let silent = after
  for (let nowMs = 31_000; nowMs <= 34_000; nowMs += 200) silent = look(silent, nowMs)
  expect(hung(silent, 34_000)).toBeDefined()
})

test('a guard that SIGKILL does not end within 30 s is stuck', () => {
  expect(isStuck(undefined, 1e9)).toBe(false)
  expect(isStuck(1_000, 31_000)).toBe(false)
  expect(isStuck(1_000, 31_001)).toBe(true)
})
