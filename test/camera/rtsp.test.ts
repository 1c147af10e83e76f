import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeSource } from '../../src/camera/file.js'
import { superviseCamera } from '../../src/camera/supervisor.js'
import type { CameraSettings } from '../../src/core/settings.js'
import { authority, serverCertificate } from './certificates.js'
import {
  bundled,
  camera,
  childrenWith,
  drawClip,
  freePort,
  type Recorder,
  recorder,
  temporaryFolder,
} from './partners.js'
import { type RtspServer, type RtspServerOptions, rtspServer } from './rtsp-server.js'

const login = { username: 'viewer', password: "p@ss w/ord?'1" }
const ca = authority('test authority')
const certificate = serverCertificate(ca, 'test authority', '127.0.0.1')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clip: string

beforeAll(async () => {
  folder = await temporaryFolder()
  clip = `${folder.path}/clip.mp4`
  await drawClip(clip, 20)
})
afterAll(() => folder.remove())

/** Serves, supervises until `met`, ends both. */
async function guard(
  server: RtspServer,
  over: Partial<CameraSettings> & { url: string },
  met: (seen: Recorder) => boolean,
  meanwhile: (hooks: Recorder) => unknown = () => {},
): Promise<Recorder> {
  const stop = new AbortController()
  const hooks = recorder()
  const supervised = superviseCamera(camera(over), bundled, hooks, stop.signal)
  await hooks.until(met)
  await meanwhile(hooks)
  stop.abort()
  await supervised
  await server.close()
  return hooks
}

const serve = (over: Partial<RtspServerOptions> = {}) => rtspServer({ clip, folder: folder.path, ...over })
const flows = (seen: Recorder) => seen.frames.length >= 20
const fails = (seen: Recorder) => seen.diagnostics.length > 0

test('a camera with digest authentication is guarded; the secret is in no command line and no environment', async () => {
  const server = await serve({ login })
  const looked: string[] = []
  const hooks = await guard(server, { url: `rtsp://127.0.0.1:${server.port}/cam`, ...login }, flows, () => {
    for (const pid of childrenWith('rtsp_transport')) {
      looked.push(readFileSync(`/proc/${pid}/cmdline`, 'latin1') + readFileSync(`/proc/${pid}/environ`, 'latin1'))
    }
  })
  expect(looked.length).toBe(1)
  expect(looked[0]).not.toMatch(/p@ss|p%40ss|viewer/)
  expect(hooks.states).toEqual(['connecting', 'guarding', 'stopped'])
})

test('a wrong password is FW_CAMERA_AUTH, waited after, and not shown', async () => {
  const server = await serve({ login })
  const wrong = { username: 'viewer', password: 'guessed-wrong' }
  const hooks = await guard(server, { url: `rtsp://127.0.0.1:${server.port}/cam`, ...wrong }, (seen) =>
    seen.states.includes('backoff'),
  )
  expect(hooks.diagnostics[0]).toMatchObject({ code: 'FW_CAMERA_AUTH', subject: 'gate' })
  expect(hooks.causes.at(-2)).toMatchObject({ code: 'FW_CAMERA_AUTH' })
  expect(JSON.stringify([hooks.diagnostics, hooks.causes])).not.toContain('guessed')
})

test('a camera that wants a password and got none is FW_CAMERA_AUTH', async () => {
  const server = await serve({ login })
  const hooks = await guard(server, { url: `rtsp://127.0.0.1:${server.port}/cam` }, fails)
  expect(hooks.diagnostics[0]!.code).toBe('FW_CAMERA_AUTH')
})

test.each([undefined, login])('a camera that offers no UDP is reported as such, with login %o', async (login) => {
  const server = await serve({ login })
  const url = `rtsp://127.0.0.1:${server.port}/cam`
  const hooks = await guard(server, { url, transport: 'udp', ...login }, fails)
  expect(hooks.diagnostics[0]).toMatchObject({ code: 'FW_CAMERA_TRANSPORT' })
})

test('the camera is asked for under its own address, and for its path as given', async () => {
  const server = await serve({ login })
  const authority = `localhost:${server.port}`
  await guard(server, { url: `rtsp://${authority}/cam?channel=1&sub=2`, ...login }, flows)
  expect(server.requests[0]).toBe(`OPTIONS rtsp://${authority}/cam?channel=1&sub=2 RTSP/1.0`)
  expect(server.requests.every((r) => r.includes(` rtsp://${authority}/cam?channel=1&sub=2`))).toBe(true)
})

test('a camera that hangs in mid-stream stalls, and is opened again', async () => {
  const server = await serve()
  const timeouts = { connectMs: 3000, firstFrameMs: 10_000, stallMs: 1000, frozenMs: 30_000 }
  const hooks = await guard(server, { url: `rtsp://127.0.0.1:${server.port}/cam`, timeouts }, flows, async (seen) => {
    server.hang()
    await seen.until(() => seen.states.at(-1) === 'backoff')
  })
  expect(hooks.states.slice(-4)).toEqual(['guarding', 'stalled', 'backoff', 'stopped'])
})

test('nobody at the address is FW_CAMERA_REFUSED, a name that is none FW_CAMERA_DNS, silence FW_CAMERA_TIMEOUT', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const seen: string[] = []
  const cases = [
    `rtsp://127.0.0.1:${await freePort()}/cam`,
    'rtsp://no-such-host.invalid/cam',
    `rtsp://127.0.0.1:${port}/cam`,
  ]
  for (const url of cases) {
    const stop = new AbortController()
    const hooks = recorder()
    const timeouts = { connectMs: 1000, firstFrameMs: 1000, stallMs: 1000, frozenMs: 30_000 }
    const supervised = superviseCamera(camera({ url, timeouts }), bundled, hooks, stop.signal)
    await hooks.until(fails)
    stop.abort()
    await supervised
    seen.push(hooks.diagnostics[0]!.code)
  }
  silent.close()
  expect(seen).toEqual(['FW_CAMERA_REFUSED', 'FW_CAMERA_DNS', 'FW_CAMERA_TIMEOUT'])
})

test('a host name is resolved here: the build of 2018 dies of one', async () => {
  const server = await serve()
  const hooks = await guard(server, { url: `rtsp://localhost:${server.port}/cam` }, flows)
  expect(hooks.diagnostics).toEqual([])
})

test('rtsps: guarded with the right authority, password and all', async () => {
  const server = await serve({ certificate, login })
  const hooks = await guard(server, { url: `rtsps://127.0.0.1:${server.port}/cam`, ca: ca.cert, ...login }, flows)
  expect(hooks.states).toEqual(['connecting', 'guarding', 'stopped'])
  expect(server.requests.some((r) => r.startsWith('PLAY'))).toBe(true)
})

test('rtsps: another authority or another name is FW_CAMERA_TLS, and no request is ever sent', async () => {
  const named = serverCertificate(ca, 'test authority', 'another.example')
  const cases = [
    { certificate, ca: authority('another').cert },
    { certificate: named, ca: ca.cert },
    { certificate, ca: undefined },
  ]
  for (const { certificate, ca } of cases) {
    const server = await serve({ certificate })
    const hooks = await guard(server, { url: `rtsps://127.0.0.1:${server.port}/cam`, ca, ...login }, fails)
    expect(hooks.diagnostics[0]!.code).toBe('FW_CAMERA_TLS')
    expect(server.requests).toEqual([])
  }
})

test('rtsps: a camera that speaks plain RTSP there is FW_CAMERA_TLS', async () => {
  const server = await serve()
  const timeouts = { connectMs: 2000, firstFrameMs: 1000, stallMs: 1000, frozenMs: 30_000 }
  const hooks = await guard(server, { url: `rtsps://127.0.0.1:${server.port}/cam`, ca: ca.cert, timeouts }, fails)
  expect(['FW_CAMERA_TLS', 'FW_CAMERA_TIMEOUT']).toContain(hooks.diagnostics[0]!.code)
})

test('rtsps: the door on loopback is shut behind ffmpeg', async () => {
  const server = await serve({ certificate })
  await guard(server, { url: `rtsps://127.0.0.1:${server.port}/cam`, ca: ca.cert }, flows, async () => {
    const line = childrenWith('rtsp_transport').map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1'))[0] ?? ''
    const port = Number(/rtsp:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1])
    const intruder = connect(port, '127.0.0.1')
    const [error] = (await once(intruder, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })
})

test('a stream is a source too: frames come until the reader has enough', async () => {
  const server = await serve({ login })
  const url = `rtsp://127.0.0.1:${server.port}/cam`
  const times: number[] = []
  for await (const frame of decodeSource(url, {
    width: 320,
    ffmpeg: bundled,
    signal: new AbortController().signal,
    ...login,
  })) {
    times.push(frame.capturedAtMs)
    if (frame.capturedAtMs > 1000) break
  }
  expect(times[0]).toBe(0)
  expect(times.length).toBeGreaterThan(1)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(childrenWith('rtsp_transport')).toEqual([])
  await server.close()
})

test('a stream that outruns its reader leaves frames out and says so; it is never held back', async () => {
  const server = await serve()
  let leftOut = () => {}
  const outrun = new Promise<void>((resolve) => {
    leftOut = resolve
  })
  const options = {
    width: 320,
    ffmpeg: bundled,
    signal: new AbortController().signal,
    onDiagnostic: (d: { code: string }) => d.code === 'FW_OVERLOADED' && leftOut(),
  }
  const numbers: number[] = []
  for await (const frame of decodeSource(`rtsp://127.0.0.1:${server.port}/cam`, options)) {
    numbers.push(frame.seq)
    if (numbers.length === 1) await outrun
    if (numbers.length === 20) break
  }
  await server.close()
  expect(numbers[1]! - numbers[0]!).toBeGreaterThan(1)
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
})
