import { expect, test } from 'vitest'
import { diagnostic } from '../../src/core/diagnostic.js'
import { NOTHING_SENT, type SystemdState, systemdStep } from '../../src/daemon/systemd-step.js'
import type { BoardGuard } from '../../src/status/board.js'

const WATCHDOG_MS = 10_000
const guard = (more: Partial<BoardGuard> = {}): BoardGuard => ({
  index: 0,
  state: 'running',
  stuck: false,
  restarts: 0,
  rssBytes: 0,
  ...more,
})
const failed = guard({ state: 'down', cause: diagnostic('FW_FFMPEG_MISSING', 'guard-0', 'does not run') })

/** What is said in each second from `fromMs` on; the sentence is the second's. */
function looked(guards: readonly BoardGuard[], seconds: number, from: SystemdState = NOTHING_SENT, fromMs = 0) {
  let state = from
  const said: [number, string][] = []
  for (let s = 0; s < seconds; s++) {
    const nowMs = fromMs + s * 1_000
    const [next, lines] = systemdStep(state, guards, `second ${nowMs / 1_000}`, WATCHDOG_MS, nowMs)
    state = next
    said.push(...lines.map((line): [number, string] => [nowMs / 1_000, line]))
  }
  return { state, said, times: (line: string) => said.flatMap(([s, l]) => (l === line ? [s] : [])) }
}

test('ready is said once, when a guard can judge', () => {
  const starting = looked([guard({ state: 'starting' })], 30)
  expect(starting.times('READY=1')).toEqual([])
  expect(looked([guard(), failed], 60, starting.state, 30_000).times('READY=1')).toEqual([30])
})

test('a unit that can guard none is not ready, however long it runs, and gets no more time to start', () => {
  const { times } = looked([failed], 300)
  expect(times('READY=1')).toEqual([])
  expect(times('EXTEND_TIMEOUT_USEC=60000000')).toEqual([])
})

test('a first start that takes long is given time, again and again', () => {
  const { times } = looked([guard({ state: 'starting' })], 35)
  expect(times('EXTEND_TIMEOUT_USEC=60000000')).toEqual([0, 10, 20, 30])
  const again = looked([guard({ ...failed, state: 'starting' })], 35)
  expect(again.times('EXTEND_TIMEOUT_USEC=60000000')).toEqual([])
})

test('the watchdog is fed whatever is wrong with cameras or guards that are replaced, but not past a guard that is stuck', () => {
  expect(looked([failed], 35).times('WATCHDOG=1')).toEqual([0, 10, 20, 30])
  expect(looked([guard(), guard({ state: 'down', stuck: true })], 35).times('WATCHDOG=1')).toEqual([])
})

test('the sentence follows within 5 s, and is not said again unchanged', () => {
  const { said, state } = looked([guard()], 12)
  expect(said.flatMap(([s, line]) => (line.startsWith('STATUS=') ? [[s, line]] : []))).toEqual([
    [0, 'STATUS=second 0'],
    [5, 'STATUS=second 5'],
    [10, 'STATUS=second 10'],
  ])
  expect(systemdStep(state, [guard()], 'second 10', undefined, 60_000)[1]).toEqual([])
})
