import { afterAll, beforeAll, expect, test } from 'vitest'
import { superviseCamera } from '../../src/camera/supervisor.js'
import { camera, childrenWith, fixture, recorder, temporaryFolder } from './partners.js'

/** The programs in ffmpeg's place ask for no camera; a file's address needs none to be there. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let url: string

beforeAll(async () => {
  folder = await temporaryFolder()
  url = `${folder.path}/none.mp4`
})
afterAll(() => folder.remove())

/** The first frame may take its time: on a busy machine a program that is about to send one is none that hangs. */
const quick = { connectMs: 500, firstFrameMs: 30_000, stallMs: 600, frozenMs: 30_000 }

test('a decoder that stalls and ignores SIGTERM is killed, replaced, and never two at a time', async () => {
  const stop = new AbortController()
  const hooks = recorder()
  let most = 0
  const watching = setInterval(() => {
    most = Math.max(most, childrenWith('ffmpeg-stalls.mjs').length)
  }, 5)
  const supervised = superviseCamera(camera({ url, timeouts: quick }), fixture('ffmpeg-stalls.mjs'), hooks, stop.signal)
  await hooks.until((seen) => seen.frames.length >= 30)
  clearInterval(watching)
  stop.abort()
  await supervised
  expect(most).toBe(1)
  expect(childrenWith('ffmpeg-stalls.mjs')).toEqual([])
  expect(hooks.states.slice(0, 4)).toEqual(['connecting', 'guarding', 'stalled', 'backoff'])
  expect(hooks.diagnostics[0]).toMatchObject({ code: 'FW_CAMERA_STALLED', subject: 'gate', count: 1 })
})

test('a decoder that hangs before its first frame is given up after timeouts.first_frame', async () => {
  const stop = new AbortController()
  const hooks = recorder()
  const timeouts = { ...quick, firstFrameMs: 600 }
  const supervised = superviseCamera(camera({ url, timeouts }), fixture('ffmpeg-silent.mjs'), hooks, stop.signal)
  await hooks.until((seen) => seen.states.includes('backoff'))
  stop.abort()
  await supervised
  expect(hooks.diagnostics[0]).toMatchObject({ code: 'FW_CAMERA_TIMEOUT', text: expect.stringContaining('600 ms') })
  expect(hooks.states).toEqual(['connecting', 'backoff', 'stopped'])
  expect(childrenWith('ffmpeg-silent.mjs')).toEqual([])
})

test('a decoder that crashes again and again is started again, one state and one diagnostic for all of it', async () => {
  const stop = new AbortController()
  const hooks = recorder()
  const supervised = superviseCamera(
    camera({ url, timeouts: quick }),
    fixture('ffmpeg-crashes.mjs'),
    hooks,
    stop.signal,
  )
  await hooks.until((seen) => seen.attempts >= 4)
  stop.abort()
  await supervised
  expect(hooks.diagnostics).toMatchObject([{ code: 'FW_CAMERA_CRASH', text: 'ffmpeg crashed (SIGSEGV)', count: 1 }])
  expect(hooks.states).toEqual(['connecting', 'backoff', 'stopped'])
})

test('a program that cannot be started is a cause, not an exception', async () => {
  const stop = new AbortController()
  const hooks = recorder()
  const supervised = superviseCamera(
    camera({ url, timeouts: quick }),
    fixture('ffmpeg-is-not-there'),
    hooks,
    stop.signal,
  )
  await hooks.until((seen) => seen.states.includes('backoff'))
  stop.abort()
  await supervised
  expect(hooks.diagnostics[0]).toMatchObject({ code: 'FW_FFMPEG_MISSING', text: expect.stringContaining('ENOENT') })
})

test('each of 500 messages of damage is reported, and the frames after them are marked', async () => {
  const stop = new AbortController()
  const hooks = recorder()
  const supervised = superviseCamera(
    camera({ url, timeouts: quick }),
    fixture('ffmpeg-complains.mjs'),
    hooks,
    stop.signal,
  )
  await hooks.until((seen) => seen.frames.some((f, i) => i > 25 && !f.damaged))
  stop.abort()
  await supervised
  const corrupt = hooks.diagnostics.filter((d) => d.code === 'FW_CAMERA_CORRUPT')
  expect(corrupt.length).toBe(500)
  expect(corrupt[0]!.text).toBe('[h264] error while decoding MB 0 3, bytestream -7')
  // All of those that came with a message, and what followed for a while; then none.
  const marks = hooks.frames.map((f) => f.damaged)
  expect(marks.lastIndexOf(true)).toBe(marks.indexOf(false) - 1)
  expect(marks.indexOf(false)).toBeGreaterThan(24)
})

test('a hardware decoder that fails three times before a first frame gives way to software, and says so', async () => {
  const stop = new AbortController()
  const hooks = recorder()
  const settings = camera({ url, timeouts: quick, decode: 'cuda' })
  const supervised = superviseCamera(settings, fixture('ffmpeg-no-hardware.mjs'), hooks, stop.signal)
  await hooks.until((seen) => seen.frames.length > 0)
  stop.abort()
  await supervised
  const codes = hooks.diagnostics.map((d) => d.code)
  expect(codes).toContain('FW_CAMERA_DECODE_FALLBACK')
  expect(hooks.attempts).toBe(4)
})
