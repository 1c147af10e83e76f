/** What follows the end of a connection, with clock and chance as arguments. */
import { expect, test } from 'vitest'
import { afterEnd, type FailedEnd, NO_TROUBLE, type Trouble } from '../../src/camera/retry.js'
import type { FwCode } from '../../src/core/errors.js'

const HOUR_MS = 3_600_000
const pull = { url: 'rtsp://gate/', listen: false }
const push = { url: 'rtsp://gate/', listen: true }
const file = { url: '/a.h264', listen: false }

const end = (code: FwCode, flowedMs = 0): FailedEnd => ({
  cause: { code, text: `because of ${code}` },
  frames: flowedMs > 0 ? 10 : 0,
  flowedMs,
  rc: 0,
})
const after = (camera: typeof pull, waits: number, ended: FailedEnd) =>
  afterEnd(camera, { ...NO_TROUBLE, waits }, ended, { nowMs: 0, random: 0 })

test.each([
  ['a camera that is away is waited for longer each time', pull, 3, end('FW_CAMERA_REFUSED'), 4, 2000],
  ['and never longer than half a minute', pull, 300, end('FW_CAMERA_REFUSED'), 301, 15_000],
  ['frames that flowed for long make the next wait the first', pull, 7, end('FW_CAMERA_ENDED', 60_000), 1, 250],
  ['frames that flowed for a moment do not', pull, 7, end('FW_CAMERA_ENDED', 900), 8, 15_000],
  ['a new size is opened at once', pull, 2, end('FW_CAMERA_RESIZED', 900), 0, 0],
  ['a size that changes all the time is not', pull, 2, end('FW_CAMERA_RESIZED', 100), 3, 1000],
  ['a listener stands again at once when its publisher left', push, 2, end('FW_CAMERA_ENDED', 900), 0, 0],
  ['a listener to which nobody came stands again at once', push, 2, end('FW_CAMERA_TIMEOUT'), 0, 0],
  ['a listener whose port is taken waits', push, 2, end('FW_CAMERA_REFUSED'), 3, 1000],
  ['a recorded file starts over', file, 0, end('FW_CAMERA_ENDED', 900), 0, 0],
] as const)('%s', (_, camera, before, ended, waits, waitMs) => {
  const [trouble, next] = after(camera, before, ended)
  expect([trouble.waits, next.waitMs]).toEqual([waits, waitMs])
})

test('a refused login is not tried again for half a minute, and in the end for minutes: cameras lock accounts', () => {
  const waits = [0, 1, 2, 3, 4, 5, 50].map((n) => after(pull, n, end('FW_CAMERA_AUTH'))[1].waitMs / 1000)
  expect(waits).toEqual([30, 60, 120, 240, 450, 450, 450])
  const { say } = after(pull, 0, end('FW_CAMERA_AUTH'))[1]
  expect(say?.text).toBe('because of FW_CAMERA_AUTH; tried again in 30 s, since cameras lock accounts')
})

/** Runs ends at their times; what was said, shown, and the state they leave. */
function run(steps: readonly (readonly [atMs: number, ended: FailedEnd])[], camera = pull) {
  let trouble: Trouble = NO_TROUBLE
  const said: (string | number)[][] = []
  const shown: (string | undefined)[][] = []
  for (const [nowMs, ended] of steps) {
    const [next, { say, show }] = afterEnd(camera, trouble, ended, { nowMs, random: 0.5 })
    trouble = next
    if (say !== undefined) said.push([nowMs, say.code, say.count, say.text])
    if (show !== undefined) shown.push([show.state, show.cause?.code])
  }
  return { said, shown, trouble }
}

test('a camera that is down for a day is one state and six lines that tell how long', () => {
  const retries = Array.from({ length: 24 * 120 + 1 }, (_, i) => [i * 30_000, end('FW_CAMERA_REFUSED')] as const)
  const { said, shown } = run(retries)
  expect(shown).toEqual([['backoff', 'FW_CAMERA_REFUSED']])
  expect(said.map(([atMs]) => Number(atMs) / HOUR_MS)).toEqual([0, 1, 2, 4, 8, 16])
  expect(said[0]!.slice(1)).toEqual(['FW_CAMERA_REFUSED', 1, 'because of FW_CAMERA_REFUSED'])
  expect(said[3]!.slice(2)).toEqual([240, 'because of FW_CAMERA_REFUSED; down for 4 h'])
})

test('another cause within the outage is said and shown, once each, however they take turns', () => {
  const codes = ['FW_CAMERA_REFUSED', 'FW_CAMERA_TIMEOUT', 'FW_CAMERA_REFUSED', 'FW_CAMERA_TIMEOUT'] as const
  const { said, shown } = run(codes.map((code, i) => [i * 1000, end(code)]))
  expect(said.map(([, code]) => code)).toEqual(['FW_CAMERA_REFUSED', 'FW_CAMERA_TIMEOUT'])
  expect(shown).toEqual(codes.map((code) => ['backoff', code]))
})

test('a camera that comes for moments is unsteady, and its outage goes on; ten seconds of pictures end it', () => {
  const flicker = end('FW_CAMERA_STALLED', 4000)
  const { said } = run([...Array(8)].map((_, i) => [i * 600_000, flicker] as const))
  expect(said.map(([, , count, text]) => [count, text])).toEqual([
    [1, 'because of FW_CAMERA_STALLED'],
    [6, 'because of FW_CAMERA_STALLED; unsteady for 1 h'],
  ])
  const healed = run([
    [0, end('FW_CAMERA_REFUSED')],
    [60_000, end('FW_CAMERA_STALLED', 20_000)],
    [61_000, end('FW_CAMERA_REFUSED')],
  ])
  expect(healed.said.map(([, code]) => code)).toEqual(['FW_CAMERA_REFUSED', 'FW_CAMERA_STALLED', 'FW_CAMERA_REFUSED'])
  expect(healed.trouble.outage?.sinceMs).toBe(60_000)
})

test('a listener to which nobody comes is one state and one line, too', () => {
  const { said, shown } = run(
    [...Array(20)].map((_, i) => [i * 18_000, end('FW_CAMERA_TIMEOUT')] as const),
    push,
  )
  expect(said.length).toBe(1)
  expect(shown).toEqual([['connecting', 'FW_CAMERA_TIMEOUT']])
})

test('a stream whose parameters were not found is looked at for longer the next time', () => {
  expect(after(pull, 0, end('FW_CAMERA_DATA'))[0]).toMatchObject({ patient: true, failures: 1 })
  expect(after(pull, 0, end('FW_CAMERA_DATA', 900))[0]).toMatchObject({ patient: false, failures: 0 })
})
