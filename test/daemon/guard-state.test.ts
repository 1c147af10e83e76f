import { expect, test } from 'vitest'
import { diagnostic } from '../../src/core/diagnostic.js'
import type { FromGuard } from '../../src/core/guard-protocol.js'
import { afterDown, afterMessage, type GuardState, UNSTARTED } from '../../src/daemon/guard-state.js'

const engine = {
  runtime: '',
  provider: 'cpu',
  mode: 'cascade',
  proof: {},
  model: { name: 'm', version: '1', sha256: '' },
  ffmpeg: '',
}
const ready: FromGuard = { type: 'ready', engine }
const missing = diagnostic('FW_FFMPEG_MISSING', 'guard-0', '/nonexistent does not run')
const lost = diagnostic('FW_GUARD_LOST', 'guard-0', 'ended by SIGKILL')
const starting = (guard: GuardState): GuardState => ({ ...guard, state: 'starting' })

test('a guard that cannot start says why once, then after an hour, with a count', () => {
  let guard = UNSTARTED
  const said: (string | undefined)[] = []
  for (let s = 0; s <= 3_600; s += 30) {
    const [next, say] = afterDown(starting(guard), missing, 'down', s * 1_000)
    guard = next
    if (say) said.push(`${s} s, ${say.count}: ${say.text}`)
  }
  expect(said).toEqual(['0 s, 1: /nonexistent does not run', '3600 s, 120: /nonexistent does not run; down for 1 h'])
  expect(guard).toMatchObject({ state: 'down', cause: missing })
})

test('each end of a guard that could judge is said, and why it cannot start after that', () => {
  const first = afterMessage(UNSTARTED, ready)
  expect(first).toMatchObject({ state: 'running', engine })
  const [down, said] = afterDown(first, lost, 'down', 0)
  expect(said).toEqual(lost)
  expect(down).toMatchObject({ state: 'down', cause: lost, engine: undefined, rssBytes: 0 })
  const [failing, why] = afterDown(starting(down), missing, 'down', 1_000)
  expect(why).toEqual(missing)
  const again = afterMessage(starting(failing), ready)
  expect(again.cause).toBeUndefined()
  expect(afterDown(again, lost, 'down', 2_000)[1]).toEqual(lost)
  expect(afterDown(starting(again), missing, 'down', 3_000)[1]).toEqual(missing)
})

test('an end on purpose is no news', () => {
  expect(afterDown(afterMessage(UNSTARTED, ready), undefined, 'down', 0)[1]).toBeUndefined()
  expect(afterDown(starting(UNSTARTED), undefined, 'stopped', 0)).toMatchObject([{ state: 'stopped' }, undefined])
})
