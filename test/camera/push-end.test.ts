/** The words for a cleaned stream that nobody takes, and when it is tried again. */
import { expect, test } from 'vitest'
import { afterPush, NO_PUSH_TROUBLE, type PushEnd, type PushFacts, pushEnd } from '../../src/camera/push-end.js'

const facts = (over: Partial<PushFacts>): PushFacts => ({
  origin: 'rtsp://media:8554',
  heard: {},
  end: { rc: 1, signal: null },
  stderr: ['[error] av_interleaved_write_frame(): Broken pipe'],
  endedAtMs: 100_000,
  ...over,
})

test.each([
  [
    'not listed at go2rtc',
    facts({ heard: { takenAtMs: 60_000, goneAtMs: 60_010 } }),
    'FW_RESTREAM_LOST',
    'the server at rtsp://media:8554 took the stream and hung up at once, as go2rtc does with one it does not list',
  ],
  [
    'restarted',
    facts({ heard: { takenAtMs: 65_000 } }),
    'FW_RESTREAM_LOST',
    'the server at rtsp://media:8554 ended the stream after 35 s',
  ],
  [
    'hung',
    facts({ heard: { takenAtMs: 65_000 }, stuckMs: 10_000 }),
    'FW_RESTREAM_LOST',
    'the server at rtsp://media:8554 has read nothing for 10 s',
  ],
  [
    'silent',
    facts({ stuckMs: 10_000, end: { rc: null, signal: 'SIGTERM' } }),
    'FW_RESTREAM_REFUSED',
    'the server at rtsp://media:8554 does not answer',
  ],
  [
    'login refused',
    facts({ heard: { refused: 'refuses the user name or the password', failed: '401 Unauthorized to OPTIONS' } }),
    'FW_RESTREAM_REFUSED',
    'the server at rtsp://media:8554 refuses the user name or the password',
  ],
  [
    'path refused',
    facts({ heard: { failed: '400 Bad Request to ANNOUNCE' } }),
    'FW_RESTREAM_REFUSED',
    'the server at rtsp://media:8554 answers 400 Bad Request to ANNOUNCE',
  ],
  [
    'no encoder',
    facts({ stderr: ["[fatal] Unknown encoder 'libx264'"] }),
    'FW_RESTREAM_ENCODER',
    "ffmpeg cannot encode H.264 (Unknown encoder 'libx264')",
  ],
  [
    'crashed',
    facts({ stderr: [], end: { rc: null, signal: 'SIGSEGV' } }),
    'FW_RESTREAM_ENCODER',
    'ffmpeg crashed (SIGSEGV)',
  ],
  [
    'something new',
    facts({ stderr: ['[error] something new'] }),
    'FW_RESTREAM_REFUSED',
    'the push to rtsp://media:8554 ended before it was taken: something new',
  ],
] as const)('%s', (_, seen, code, text) => {
  expect(pushEnd(seen).cause).toEqual({ code, text })
})

const ended = (pushedMs: number, login = false): PushEnd => ({
  cause: { code: pushedMs > 0 ? 'FW_RESTREAM_LOST' : 'FW_RESTREAM_REFUSED', text: 'because' },
  pushedMs,
  login,
})

test('a server that is away is waited for longer each time and said once; a push that stood makes it forgotten', () => {
  const clock = (nowMs: number) => ({ nowMs, random: 0 })
  const [first, one] = afterPush(NO_PUSH_TROUBLE, ended(0), clock(0))
  const [second, two] = afterPush(first, ended(0), clock(1000))
  const [third, three] = afterPush(second, ended(60_000), clock(62_000))
  expect([one.waitMs, two.waitMs, three.waitMs]).toEqual([250, 500, 250])
  expect([one.say?.code, two.say?.code, three.say?.code]).toEqual([
    'FW_RESTREAM_REFUSED',
    undefined,
    'FW_RESTREAM_LOST',
  ])
  expect(third.outage?.sinceMs).toBe(62_000)
})

test('a refused login is tried as slowly as a camera’s', () => {
  expect(afterPush(NO_PUSH_TROUBLE, ended(0, true), { nowMs: 0, random: 0 })[1].waitMs).toBe(30_000)
})
