import { expect, test } from 'vitest'
import type { FromGuard } from '../../src/core/guard-protocol.js'
import { causeOf, hear, hung, isStuck, look, startVitals } from '../../src/daemon/guard-vitals.js'

const beat = (judgingMs = 0): FromGuard => ({ type: 'beat', rssBytes: 1, judgingMs, cameras: [] })
const engine = {
  runtime: '',
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
  expect(after.fault).toBeUndefined()
  let silent = after
  for (let nowMs = 31_000; nowMs <= 34_000; nowMs += 200) silent = look(silent, nowMs)
  expect(silent.fault).toBeDefined()
})

test('a guard that SIGKILL does not end within 30 s is stuck, though it beats again', () => {
  const hanging = look(hear(startVitals(0), beat(3_001), 500), 600)
  const beating = look(hear(hanging, beat(), 700), 800)
  expect(beating.fault).toEqual({ text: 'one inference has run for 3001 ms', sinceMs: 600 })
  expect(isStuck(beating, 30_600)).toBe(false)
  expect(isStuck(beating, 30_601)).toBe(true)
  expect(isStuck(startVitals(0), 1e9)).toBe(false)
})

test('the cause of an end is what the guard said, else that it hung, else how its process went', () => {
  const started = startVitals(0)
  const failed = hear(started, { type: 'failed', code: 'FW_MODEL_HASH', text: 'screen.onnx differs' }, 5)
  expect(causeOf(failed, 'guard-1', 'ended with status 1')).toMatchObject({
    code: 'FW_MODEL_HASH',
    subject: 'guard-1',
    text: 'screen.onnx differs',
  })
  expect(causeOf(look(started, 15_001), 'guard-0', '')).toMatchObject({ code: 'FW_GUARD_LOST' })
  const silent = { ...started, lookedMs: 15_000 }
  expect(causeOf(look(silent, 15_001), 'guard-0', '')).toMatchObject({ code: 'FW_GUARD_HUNG' })
  expect(causeOf(started, 'guard-0', 'ended by SIGKILL')).toMatchObject({
    code: 'FW_GUARD_LOST',
    text: 'ended by SIGKILL',
  })
})
