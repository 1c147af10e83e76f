import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { framePool } from '../../src/camera/frame-pool.js'
import { superviseCamera } from '../../src/camera/supervisor.js'
import {
  bundled,
  camera,
  childrenWith,
  drawClip,
  ffmpeg,
  freePort,
  publish,
  publishUntil,
  recorder,
  temporaryFolder,
} from './partners.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clip: string

beforeAll(async () => {
  folder = await temporaryFolder()
  clip = `${folder.path}/clip.mp4`
  await drawClip(clip, 20)
})
afterAll(() => folder.remove())

test('a camera that pushes is guarded, its frames carry times of arrival, and stopping leaves no child', async () => {
  const url = `rtsp://127.0.0.1:${await freePort()}/cam`
  const startedMs = Date.now()
  const stop = new AbortController()
  const hooks = recorder()
  const pool = framePool()
  const supervised = superviseCamera(
    camera({ url, listen: true }),
    bundled,
    { ...hooks, takeBuffer: pool.take },
    stop.signal,
  )
  const published = publishUntil(clip, url, stop.signal)
  await hooks.until((seen) => seen.frames.length >= 45)
  expect(childrenWith(`${url}`).length).toBe(2) // ours and the publisher
  stop.abort()
  await supervised
  await published
  expect(childrenWith(url)).toEqual([])
  expect(hooks.states).toEqual(['connecting', 'guarding', 'stopped'])
  const first = hooks.frames[0]!
  expect([first.width, first.height, first.pixels.length]).toEqual([320, 184, 320 * 184 * 1.5])
  expect(hooks.frames.map((f) => f.seq)).toEqual(hooks.frames.map((_, i) => i))
  const late = hooks.frames.slice(15)
  for (const frame of late) expect(frame.damaged).toBe(false)
  // Times of arrival here, whatever the camera's own clock says: in order, and none from before or after.
  const times = late.map((f) => f.capturedAtMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times[0]).toBeGreaterThan(startedMs)
  expect(times.at(-1)).toBeLessThanOrEqual(Date.now())
  expect(new Set(times).size).toBeGreaterThan(1)
})

test('a publisher that is killed and comes again is guarded again, with one child at most', async () => {
  const url = `rtsp://127.0.0.1:${await freePort()}/cam`
  const stop = new AbortController()
  const hooks = recorder()
  const supervised = superviseCamera(camera({ url, listen: true }), bundled, hooks, stop.signal)
  let most = 0
  const watching = setInterval(() => {
    most = Math.max(most, childrenWith('rtsp_flags').filter((pid) => childrenWith(url).includes(pid)).length)
  }, 20)
  const over = new AbortController()
  const first = publishUntil(clip, url, over.signal)
  await hooks.until((seen) => seen.frames.length >= 30)
  over.abort()
  await first
  await hooks.until((seen) => seen.diagnostics.some((d) => d.code === 'FW_CAMERA_ENDED'))
  const before = hooks.frames.length
  const second = publishUntil(clip, url, stop.signal)
  await hooks.until((seen) => seen.frames.length >= before + 15)
  clearInterval(watching)
  stop.abort()
  await Promise.all([supervised, second])
  expect(most).toBe(1)
  expect(hooks.states.filter((s) => s === 'guarding').length).toBeGreaterThanOrEqual(2)
  expect(hooks.frames[before]!.seq).toBe(0)
})

test('a publisher that hangs is a stalled camera, and its child is replaced', async () => {
  const url = `rtsp://127.0.0.1:${await freePort()}/cam`
  const stop = new AbortController()
  const hooks = recorder()
  const timeouts = { connectMs: 3000, firstFrameMs: 10_000, stallMs: 1000, frozenMs: 30_000 }
  const supervised = superviseCamera(camera({ url, listen: true, timeouts }), bundled, hooks, stop.signal)
  await hooks.until((seen) => seen.states.includes('connecting'))
  let hung = publish(clip, url)
  while (hooks.frames.length === 0) {
    await Promise.race([
      new Promise((resolve) => hung.once('close', resolve)),
      hooks.until((seen) => seen.frames.length > 0),
    ])
    if (hooks.frames.length === 0) hung = publish(clip, url)
  }
  await hooks.until((seen) => seen.frames.length >= 15)
  hung.kill('SIGSTOP')
  await hooks.until((seen) => seen.states.includes('stalled'))
  await hooks.until((seen) => seen.attempts >= 2)
  expect(hooks.diagnostics.map((d) => d.code)).toContain('FW_CAMERA_STALLED')
  hung.kill('SIGKILL')
  stop.abort()
  await supervised
  expect(childrenWith('rtsp_flags')).toEqual([])
})

test('a stream that changes its shape while it is pushed is opened again at the new one', async () => {
  const parts: Buffer[] = []
  for (const size of ['320x180', '320x240']) {
    const path = `${folder.path}/${size}.ts`
    await drawClip(path, 6, size)
    parts.push(readFileSync(path))
  }
  const changing = `${folder.path}/changing.ts`
  writeFileSync(changing, Buffer.concat(parts))
  const url = `rtsp://127.0.0.1:${await freePort()}/cam`
  const stop = new AbortController()
  const hooks = recorder()
  const supervised = superviseCamera(camera({ url, listen: true }), bundled, hooks, stop.signal)
  const published = publishUntil(changing, url, stop.signal)
  await hooks.until((seen) => seen.diagnostics.some((d) => d.code === 'FW_CAMERA_RESIZED'))
  const before = hooks.frames.length
  await hooks.until((seen) => seen.frames.length > before)
  stop.abort()
  await Promise.all([supervised, published])
  for (const frame of hooks.frames) expect(frame.pixels.length).toBe(frame.width * frame.height * 1.5)
  expect(hooks.frames[before - 1]!.height).toBe(184)
})

test('a recorded file is a camera for trials: at its own speed, again and again', async () => {
  const short = `${folder.path}/short.mp4`
  await drawClip(short, 1)
  const stop = new AbortController()
  const hooks = recorder()
  const started = performance.now()
  const supervised = superviseCamera(camera({ url: short }), bundled, hooks, stop.signal)
  await hooks.until((seen) => seen.frames.length >= 50)
  expect(performance.now() - started).toBeGreaterThan(2500)
  stop.abort()
  await supervised
})

test('a picture that stands still is a frozen camera, whose frames go on; it moves again, and is guarded', async () => {
  const still = `${folder.path}/still.mp4`
  const moving = `${folder.path}/moving.mp4`
  const codec = '-c:v libx264 -preset veryfast -tune zerolatency -g 15 -pix_fmt yuv420p'
  await ffmpeg(`-f lavfi -i testsrc2=size=320x180:rate=15 -frames:v 1 ${folder.path}/still.png`)
  await ffmpeg(`-loop 1 -framerate 15 -i ${folder.path}/still.png -t 6 ${codec} ${still}`)
  await drawClip(moving, 3)
  const both = `${folder.path}/both.ts`
  const parts: Buffer[] = []
  for (const [i, path] of [still, moving].entries()) {
    await ffmpeg(`-i ${path} -c copy ${folder.path}/${i}.ts`)
    parts.push(readFileSync(`${folder.path}/${i}.ts`))
  }
  writeFileSync(both, Buffer.concat(parts))
  const stop = new AbortController()
  const hooks = recorder()
  const timeouts = { connectMs: 3000, firstFrameMs: 10_000, stallMs: 3000, frozenMs: 2000 }
  const supervised = superviseCamera(camera({ url: both, timeouts }), bundled, hooks, stop.signal)
  await hooks.until((seen) => seen.states.includes('frozen'))
  const before = hooks.frames.length
  await hooks.until((seen) => seen.states.at(-1) === 'guarding')
  stop.abort()
  await supervised
  expect(hooks.states.slice(0, 4)).toEqual(['connecting', 'guarding', 'frozen', 'guarding'])
  expect(hooks.frames.length).toBeGreaterThan(before)
  expect(hooks.diagnostics.filter((d) => d.code === 'FW_CAMERA_FROZEN')).toMatchObject([{ count: 1 }])
})
