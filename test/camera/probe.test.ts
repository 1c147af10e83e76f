import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { measuredRate } from '../../src/camera/frame-rate.js'
import { probeCamera } from '../../src/camera/probe.js'
import { suggestions } from '../../src/camera/probe-suggestions.js'
import { parseVideo, streamLines } from '../../src/camera/stream-lines.js'
import { cameraEntry } from '../../src/cli/camera-entry.js'
import { probe, probeLines } from '../../src/cli/probe.js'
import { parseConfig } from '../../src/config/parse.js'
import { bundled, childrenWith, drawClip, ffmpeg, temporaryFolder } from './partners.js'
import { rtspServer } from './rtsp-server.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clip: string

beforeAll(async () => {
  folder = await temporaryFolder()
  clip = `${folder.path}/clip.mp4`
  await drawClip(clip, 10)
})
afterAll(() => folder.remove())
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const login = { username: 'viewer', password: 'open-sesame' }
const timeouts = { connectMs: 3000, firstFrameMs: 10_000, stallMs: 3000 }
const options = { ffmpeg: bundled, signal: new AbortController().signal, lookMs: 1500 }

/** As 4.1, 5.1 and 9.0 wrote them. */
test.each([
  [
    'h264 (High), yuv420p(progressive), 640x360, 15 fps, 15 tbr, 90k tbn, 30 tbc',
    { codec: 'h264', profile: 'High', pixelFormat: 'yuv420p', range: 'not said', width: 640, height: 360, fps: 15 },
  ],
  [
    'h264 (High) (avc1 / 0x31637661), yuvj420p(pc, bt470bg/bt470bg/smpte170m), 640x480 [SAR 1:1 DAR 4:3], 2 kb/s, 29.62 fps, 30 tbr',
    { codec: 'h264', profile: 'High', pixelFormat: 'yuvj420p', range: 'full', width: 640, height: 480, fps: 29.62 },
  ],
  [
    'hevc (Main), yuv420p(tv, bt709, progressive), 1376x1840, 25 tbr, 1200k tbn',
    {
      codec: 'hevc',
      profile: 'Main',
      pixelFormat: 'yuv420p',
      range: 'limited',
      width: 1376,
      height: 1840,
      fps: undefined,
    },
  ],
  [
    'mjpeg (Baseline), gray, 320x240, 25 fps',
    { codec: 'mjpeg', profile: 'Baseline', pixelFormat: 'gray', range: 'not said', width: 320, height: 240, fps: 25 },
  ],
])('%s', (text, video) => {
  expect(parseVideo(text)).toEqual(video)
})

test.each([
  ['15 a second', Array.from({ length: 30 }, (_, i) => (i * 1000) / 15), 15],
  [
    'a first second that came at once',
    [...Array(15).fill(1000), ...Array.from({ length: 15 }, (_, i) => 1000 + i * 40)],
    25,
  ],
  ['a first picture without a time', [Number.NaN, ...Array.from({ length: 20 }, (_, i) => i * 100)], 10],
  ['too few', [0, 66, 133, 200], undefined],
  ['all at once', Array(20).fill(5), undefined],
])('the rate of stamps: %s', (_, stamps, rate) => {
  expect(measuredRate(stamps)).toBe(rate)
})

test('streams of the outputs are not the camera', () => {
  const seen = streamLines()
  seen.line('[info]     Stream #0:0(und): Audio: aac (LC), 48000 Hz, stereo')
  seen.line('[info] Stream mapping:')
  seen.line('[info]     Stream #0:0: Video: rawvideo (I420 / 0x30323449), yuv420p, 320x184, 15 fps')
  expect(seen.streams()).toEqual({ video: undefined, audio: 'aac (LC), 48000 Hz, stereo' })
})

test('a camera is described by codec, size, rate and the transport that works', async () => {
  const server = await rtspServer({ clip, folder: folder.path, login })
  const seen = await probeCamera(
    { url: `rtsp://127.0.0.1:${server.port}/cam`, ...login, decode: 'none', timeouts },
    options,
  )
  await server.close()
  expect(seen.video).toMatchObject({ codec: 'h264', width: 320, height: 180, pixelFormat: 'yuv420p' })
  expect(seen.works).toMatchObject({ transport: 'tcp', damage: 0 })
  expect(seen.works!.frames).toBeGreaterThan(0)
  expect(seen.tries[1]).toMatchObject({ transport: 'udp', frames: 0 })
  expect(seen.tries[1]!.cause).toBeDefined()
  expect(childrenWith('rtsp_transport')).toEqual([])
})

test('the command prints a fact a line, takes the password from the environment, and ends with 0', async () => {
  const server = await rtspServer({ clip, folder: folder.path, login })
  const out: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => out.push(line))
  vi.stubEnv('FRAMEWARDEN_PASSWORD', login.password)
  const code = await probe.run([`rtsp://127.0.0.1:${server.port}/cam`, '--username', 'viewer', '--transport', 'tcp'])
  await server.close()
  expect(code).toBe(0)
  const text = out.join('\n')
  expect(text).toMatch(/^video {7}h264 \(.*\), 320x180$/m)
  expect(text).toMatch(/^tcp {9}works: first picture after \d+ ms/m)
  expect(text).not.toContain(login.password)
})

test('what the command prints to paste is an entry that check-config accepts, with what the camera needs', async () => {
  const server = await rtspServer({ clip, folder: folder.path, login })
  const url = `rtsp://127.0.0.1:${server.port}/cam?channel=1&sub=2`
  const out: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => out.push(line))
  vi.stubEnv('FRAMEWARDEN_PASSWORD', login.password)
  expect(await probe.run([url, '--username', login.username])).toBe(0)
  expect(await probe.run([url, '--username', login.username, '--json', '--transport', 'tcp'])).toBe(0)
  await server.close()
  const text = out.slice(0, -1).join('\n')
  const pasted = text.slice(text.indexOf('\ncameras:'))
  for (const yaml of [pasted, JSON.parse(out.at(-1)!).config]) {
    const { config, problems } = parseConfig(`unit: gate-7\n${yaml}`)
    expect(problems).toEqual([])
    expect(config!.cameras).toMatchObject([
      {
        url,
        username: login.username,
        password: { env: 'FRAMEWARDEN_PASSWORD' },
        transport: 'tcp',
        frame: { width: 320 },
      },
    ])
  }
})

test('a camera that serves one transport alone is no advice to try the other: both have been tried', () => {
  const cause = { code: 'FW_CAMERA_TRANSPORT', text: 'the camera does not send by this transport' } as const
  const works = { transport: 'udp', frames: 30, damage: 0, firstFrameMs: 200 } as const
  const tries = [{ transport: 'tcp', cause, frames: 0, damage: 0 } as const, works]
  const lines = probeLines('rtsp://gate/cam', {
    tries,
    works,
    suggestions: suggestions({}, tries, { origin: 'system' }),
  })
  expect(lines).toContain('tcp         FW_CAMERA_TRANSPORT: the camera does not send by this transport.')
  expect(lines).toContain('suggestion  Keep transport: udp; TCP does not work.')
  expect(lines.join('\n')).not.toMatch(/framewarden probe|other of/)
  const entry = cameraEntry({ url: 'rtsp://gate/cam', username: 'a: b#' }, { tries, works, suggestions: [] })
  expect(parseConfig(`unit: u\n${entry}`).config!.cameras).toMatchObject([{ transport: 'udp', username: 'a: b#' }])
})

test('a camera that sends nothing has no entry', () => {
  expect(cameraEntry({ url: 'rtsp://gate/cam' }, { tries: [], suggestions: [] })).toBeUndefined()
})

test.each([
  [
    'a huge stream',
    { video: { width: 3840, height: 2160, codec: 'h264' } },
    /^Choose the camera's second stream: 3840x2160/,
  ],
  ['an unusual codec', { video: { width: 640, height: 360, codec: 'vp8' } }, /^vp8 is unusual/],
] as const)('a suggestion for %s', (_, { video }, text) => {
  const streams = { video: { ...video, pixelFormat: 'yuv420p', range: 'limited' } as const }
  expect(suggestions(streams, [], { origin: 'system' })).toEqual([expect.stringMatching(text)])
})

test.each([
  [
    'UDP that loses data',
    [
      { transport: 'tcp', frames: 9, damage: 0 },
      { transport: 'udp', frames: 9, damage: 1 },
    ],
    /UDP lost data once\.$/,
  ],
  ['few frames', [{ transport: 'tcp', frames: 9, damage: 0, measuredFps: 2 }], /^2 frames a second are few/],
  [
    'a path nobody knows',
    [{ transport: 'tcp', frames: 0, damage: 0, cause: { code: 'FW_CAMERA_NOT_FOUND', text: '' } }],
    /^Look the stream's path up/,
  ],
] as const)('a suggestion for %s', (_, tries, text) => {
  expect(suggestions({}, tries, { origin: 'system' })).toEqual([expect.stringMatching(text)])
})

test('a file with sound, as JSON; sound alone ends with 1; a wrong call is FW_USAGE', async () => {
  const [both, sound] = [`${folder.path}/both.mp4`, `${folder.path}/sound.mp4`]
  await ffmpeg(`-i ${clip} -f lavfi -i sine=440 -t 1 -c:v copy -c:a aac ${both}`)
  await ffmpeg(`-f lavfi -i sine=440 -t 1 -c:a aac ${sound}`)
  const out: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => out.push(line))
  expect(await probe.run([both, '--json'])).toBe(0)
  expect(JSON.parse(out[0]!)).toMatchObject({
    video: { codec: 'h264' },
    audio: expect.stringContaining('aac'),
    works: { damage: 0 },
  })
  expect(await probe.run([sound, '--json'])).toBe(1)
  expect(JSON.parse(out[1]!).tries[0].cause.code).toBe('FW_CAMERA_AUDIO_ONLY')
  await expect(probe.run([])).rejects.toMatchObject({ code: 'FW_USAGE' })
  await expect(probe.run(['rtsp://a/b', '--transport', 'sctp'])).rejects.toMatchObject({ code: 'FW_USAGE' })
  await expect(probe.run(['rtsp://me:secret@a/b'])).rejects.toMatchObject({ code: 'FW_CAMERA_URL' })
})
