import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DecodeOptions, decodeSource } from '../../src/camera/file.js'
import { FRAMES_AHEAD } from '../../src/camera/frames-ahead.js'
import { superviseCamera } from '../../src/camera/supervisor.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import type { FwError } from '../../src/core/errors.js'
import { type Frame, i420Bytes } from '../../src/core/frame.js'
import { bundled, camera, childrenWith, drawClip, ffmpeg, recorder, temporaryFolder } from './partners.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clip: string

beforeAll(async () => {
  folder = await temporaryFolder()
  clip = `${folder.path}/clip.mp4`
  await drawClip(clip, 4)
})
afterAll(() => folder.remove())

interface Decoded {
  readonly frames: Frame[]
  readonly diagnostics: Diagnostic[]
  readonly error: FwError | undefined
}

async function decode(source: string, over: Partial<DecodeOptions> = {}): Promise<Decoded> {
  const frames: Frame[] = []
  const diagnostics: Diagnostic[] = []
  const onDiagnostic = (d: Diagnostic) => diagnostics.push(d)
  const options = { width: 320, ffmpeg: bundled, signal: new AbortController().signal, onDiagnostic, ...over }
  try {
    for await (const frame of decodeSource(source, options)) frames.push(frame)
  } catch (error) {
    return { frames, diagnostics, error: error as FwError }
  }
  return { frames, diagnostics, error: undefined }
}

test('every frame of a clip, numbered, with its own time from the start', async () => {
  const { frames, error } = await decode(clip)
  expect(error).toBeUndefined()
  expect(frames.map((f) => f.seq)).toEqual(Array.from({ length: 60 }, (_, i) => i))
  for (const [i, frame] of frames.entries()) expect(Math.abs(frame.capturedAtMs - (i * 1000) / 15)).toBeLessThan(0.01)
  expect(frames[0]).toMatchObject({ width: 320, height: 184, damaged: false, cameraId: clip })
  expect(new Set(frames.map((f) => f.pixels.buffer)).size).toBe(60)
})

test('a rate takes that many a second, and no more than there are', async () => {
  expect((await decode(clip, { rate: 5 })).frames.length).toBeGreaterThanOrEqual(19)
  expect((await decode(clip, { rate: 5 })).frames.length).toBeLessThanOrEqual(22)
  expect((await decode(clip, { rate: 10 })).frames.length).toBeGreaterThanOrEqual(39)
  expect((await decode(clip, { rate: 15 })).frames.length).toBe(60)
  expect((await decode(clip, { rate: 60 })).frames.length).toBe(60)
})

test('a reader that is slow is waited for, and nothing is dropped', async () => {
  let begun = 0
  const out: number[] = []
  const ahead: number[] = []
  const takeBuffer = (bytes: number) => {
    begun++
    return new Uint8Array(bytes)
  }
  const options = { width: 640, ffmpeg: bundled, signal: new AbortController().signal, takeBuffer }
  for await (const frame of decodeSource(clip, options)) {
    // Turns of the loop in which the decoder could go on; longer ones on a busy machine change nothing.
    await new Promise((resolve) => setTimeout(resolve, 15))
    out.push(frame.seq)
    ahead.push(begun - out.length)
  }
  expect(out).toEqual(Array.from({ length: 60 }, (_, i) => i))
  // Beyond those: what one turn of the loop reads before it looks at fd 3 (libuv: 32 chunks of 64 KiB), and what ffmpeg
  // writes before a picture's line (itself, and one that a second decoding thread holds).
  const oneTurn = Math.ceil((32 * 65_536) / i420Bytes(640, 360))
  expect(Math.max(...ahead)).toBeLessThanOrEqual(FRAMES_AHEAD.file + oneTurn + 2)
})

test('a reader that leaves early leaves no child', async () => {
  for await (const frame of decodeSource(clip, { width: 320, ffmpeg: bundled, signal: new AbortController().signal })) {
    if (frame.seq === 3) break
  }
  expect(childrenWith(clip)).toEqual([])
})

test('a signal ends the decoding with its reason', async () => {
  const stop = new AbortController()
  const reading = (async () => {
    for await (const frame of decodeSource(clip, { width: 320, ffmpeg: bundled, signal: stop.signal })) {
      if (frame.seq === 3) stop.abort(new Error('enough'))
    }
  })()
  await expect(reading).rejects.toThrow('enough')
  expect(childrenWith(clip)).toEqual([])
})

test('a still picture is one frame, whatever its size and name', async () => {
  const path = `${folder.path}/odd %d.png`
  await promisify(execFile)(bundled.path, [
    ...'-v error -f lavfi -i testsrc2=size=333x217 -frames:v 1 -f image2 -update 1'.split(' '),
    path,
  ])
  const { frames, error } = await decode(path)
  expect(error).toBeUndefined()
  expect(frames.map((f) => [f.width, f.height])).toEqual([[320, 208]])
})

test.each(['h264', 'mjpeg', 'hevc'])(
  'a raw %s stream without times has those of 25 frames a second',
  async (format) => {
    const path = `${folder.path}/raw.${format}`
    const codec = { h264: 'libx264', mjpeg: 'mjpeg', hevc: 'libx265 -x265-params log-level=none' }[format]
    await ffmpeg(`-f lavfi -i testsrc2=size=320x184:rate=25 -t 1 -c:v ${codec} -f ${format} ${path}`)
    const { frames, error } = await decode(path)
    expect(error).toBeUndefined()
    expect(frames.length).toBe(25)
    expect(Math.abs(frames[24]!.capturedAtMs - 960)).toBeLessThan(1)
  },
)

test('limited range BT.601, whatever the source: red is 81, 90, 240', async () => {
  const n = 320 * 184
  // Red in BT.709, full range.
  const red = Buffer.concat([Buffer.alloc(n, 54), Buffer.alloc(n / 4, 99), Buffer.alloc(n / 4, 255)])
  const [raw, path] = [`${folder.path}/red.yuv`, `${folder.path}/red.mp4`]
  writeFileSync(raw, Buffer.concat([red, red]))
  await ffmpeg(
    `-f rawvideo -pix_fmt yuvj420p -s 320x184 -i ${raw} -c:v libx264 -qp 4 -color_range pc -colorspace bt709 ${path}`,
  )
  const { pixels } = (await decode(path)).frames[0]!
  const near = [pixels[n / 2]! - 81, pixels[n + n / 8]! - 90, pixels[n + n / 4 + n / 8]! - 240]
  expect(Math.max(...near.map(Math.abs))).toBeLessThanOrEqual(3)
})

test('a clip that is cut short gives what decodes, then FW_CAMERA_DATA', async () => {
  const whole = `${folder.path}/whole.mp4`
  await ffmpeg(`-i ${clip} -c copy -movflags faststart ${whole}`)
  const cut = `${folder.path}/cut.mp4`
  const bytes = readFileSync(whole)
  writeFileSync(cut, bytes.subarray(0, bytes.length * 0.6))
  const { frames, error } = await decode(cut)
  expect(error?.code).toBe('FW_CAMERA_DATA')
  expect(frames.length).toBeGreaterThan(20)
  expect(frames.length).toBeLessThan(60)
})

test('a clip whose index is cut off is FW_CAMERA_DATA', async () => {
  const cut = `${folder.path}/no-moov.mp4`
  writeFileSync(cut, readFileSync(clip).subarray(0, 20_000))
  const { frames, error } = await decode(cut)
  expect([frames.length, error?.code]).toEqual([0, 'FW_CAMERA_DATA'])
  expect(error?.message).toContain('moov atom not found')
})

test('flipped bits: all frames come, the damaged ones are marked, then FW_CAMERA_DATA', async () => {
  const path = `${folder.path}/flipped.mp4`
  const bytes = Buffer.from(readFileSync(clip))
  const from = Math.round(bytes.length * 0.4)
  for (let i = 0; i < 40; i++) bytes[from + i * 997]! ^= 1 << (i % 8)
  writeFileSync(path, bytes)
  const { frames, error } = await decode(path)
  expect(error?.code).toBe('FW_CAMERA_DATA')
  expect(frames.length).toBeGreaterThan(50)
  expect(frames.some((f) => f.damaged)).toBe(true)
  expect(frames[0]!.damaged).toBe(false)
})

test('sound alone is FW_CAMERA_AUDIO_ONLY', async () => {
  const path = `${folder.path}/sound.mp4`
  await ffmpeg(`-f lavfi -i sine=440 -t 1 -c:a aac ${path}`)
  expect((await decode(path)).error?.code).toBe('FW_CAMERA_AUDIO_ONLY')
})

test('a codec that nobody decodes is FW_CAMERA_CODEC', async () => {
  const path = `${folder.path}/unknown.mp4`
  const bytes = Buffer.from(readFileSync(clip))
  bytes.write('zzzz', bytes.indexOf('avc1', bytes.indexOf('stsd')), 'latin1')
  writeFileSync(path, bytes)
  expect((await decode(path)).error?.code).toBe('FW_CAMERA_CODEC')
})

test('what is no picture, no file or a folder is reported as such', async () => {
  const text = `${folder.path}/text.txt`
  writeFileSync(text, 'hello')
  const list = `${folder.path}/list.m3u8`
  writeFileSync(list, `#EXTM3U\n#EXTINF:1,\n${clip}\n`)
  expect((await decode(text)).error?.code).toBe('FW_CAMERA_DATA')
  expect((await decode(list)).error?.code).toBe('FW_CAMERA_DATA')
  expect((await decode(`${folder.path}/none.mp4`)).error?.code).toBe('FW_SOURCE')
  expect((await decode(folder.path)).error?.code).toBe('FW_SOURCE')
  expect((await decode('http://127.0.0.1/a.mp4')).error?.code).toBe('FW_CAMERA_URL')
})

async function twoSizes(name: string, first: string, second: string): Promise<string> {
  const parts: Buffer[] = []
  for (const size of [first, second, first]) {
    const path = `${folder.path}/${size}.h264`
    await drawClip(path, 2, size)
    parts.push(readFileSync(path))
  }
  const path = `${folder.path}/${name}.h264`
  writeFileSync(path, Buffer.concat(parts))
  return path
}

test('a file that changes its shape goes on in the first one, and says so once', async () => {
  const { frames, diagnostics, error } = await decode(await twoSizes('shapes', '320x180', '320x240'))
  expect(error).toBeUndefined()
  expect(frames.length).toBe(90)
  expect(new Set(frames.map((f) => f.height))).toEqual(new Set([184]))
  expect(diagnostics.map((d) => d.code)).toEqual(['FW_CAMERA_RESIZED'])
  // Frame 50 is 20 frames into the second part: the same test picture, not bytes read from a wrong place on.
  const [first, second] = [frames[20]!.pixels, frames[50]!.pixels]
  const apart = first.reduce((sum, v, i) => sum + Math.abs(v - second[i]!), 0) / first.length
  const shifted = first.reduce((sum, v, i) => sum + Math.abs(v - second[(i + 5000) % first.length]!), 0) / first.length
  expect(apart).toBeLessThan(shifted / 3)
})

test('a file that changes its size but not its shape is decoded to the end; the change is not seen', async () => {
  const { frames, diagnostics, error } = await decode(await twoSizes('sizes', '320x180', '640x360'))
  expect(error).toBeUndefined()
  expect(frames.length).toBe(90)
  expect(diagnostics).toEqual([])
})

test('a camera that changes its shape is opened again at its new size at once', async () => {
  const stop = new AbortController()
  const hooks = recorder()
  const url = await twoSizes('camera', '320x180', '320x240')
  let most = 0
  const watching = setInterval(() => {
    most = Math.max(most, childrenWith(url).length)
  }, 10)
  const supervised = superviseCamera(camera({ url, frame: { width: 320, rate: 30 } }), bundled, hooks, stop.signal)
  await hooks.until((seen) => seen.frames.some((f, i) => i > 20 && f.seq === 5))
  clearInterval(watching)
  stop.abort()
  await supervised
  expect(hooks.diagnostics[0]?.code).toBe('FW_CAMERA_RESIZED')
  expect(hooks.states).toEqual(['connecting', 'guarding', 'connecting', 'guarding', 'stopped'])
  expect(new Set(hooks.frames.map((f) => f.pixels.length))).toEqual(new Set([320 * 184 * 1.5]))
  expect(most).toBe(1)
})
