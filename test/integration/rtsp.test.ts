/** Cameras that are not ours: GStreamer's RTSP server with digest authentication, read with Debian's ffmpeg and npm's. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FfmpegBuild, findFfmpeg } from '../../src/camera/ffmpeg.js'
import { superviseCamera } from '../../src/camera/supervisor.js'
import { bundled, camera, childrenWith, drawClip, recorder, temporaryFolder } from '../camera/partners.js'
import { type GstServer, gstServer, INSTALL } from './rtsp-servers.js'

const USER = 'viewer'
const login = { username: USER, password: "p@ss w/örd?'1" }
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clip: string
let system: FfmpegBuild
const running = new Set<GstServer>()

interface Served extends GstServer {
  readonly url: string
}

async function serve(options: { port?: number; loss?: number; credentials?: boolean } = {}): Promise<Served> {
  const { port = 0, loss = 0, credentials = true } = options
  const server = await gstServer({
    script: 'gst_rtsp_server.py',
    argv: [clip, '--port', String(port), '--loss', String(loss)],
    login: credentials ? login : undefined,
    home: folder.path,
  })
  running.add(server)
  return { ...server, url: `rtsp://127.0.0.1:${server.port}/cam` }
}

beforeAll(async () => {
  folder = await temporaryFolder()
  clip = `${folder.path}/clip.mp4`
  await drawClip(clip, 60, '640x360')
  system = await findFfmpeg({ configured: '/usr/bin/ffmpeg' }).catch(() => {
    throw new Error(`no /usr/bin/ffmpeg. Install: ${INSTALL}`)
  })
})

afterAll(async () => {
  for (const server of running) await server.kill()
  await folder?.remove()
})

const size = { frame: { width: 640, rate: 15 } }

describe.each(['tcp', 'udp'] as const)('over %s', (transport) => {
  test.each(['system', 'bundled'])('a camera with digest authentication is guarded by the %s ffmpeg', async (which) => {
    const server = await serve()
    const stop = new AbortController()
    const hooks = recorder()
    const ffmpeg = which === 'system' ? system : bundled
    const supervised = superviseCamera(
      camera({ url: server.url, transport, ...login, ...size }),
      ffmpeg,
      hooks,
      stop.signal,
    )
    await hooks.until((seen) => seen.frames.length >= 45)
    const [pid] = childrenWith('rtsp_transport')
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toMatch(/viewer|p@ss|p%40/)
    stop.abort()
    await supervised
    await server.kill()
    const frame = hooks.frames.at(-1)!
    expect([frame.width, frame.height]).toEqual([640, 360])
    expect(hooks.states).toEqual(['connecting', 'guarding', 'stopped'])
    expect(childrenWith('rtsp_transport')).toEqual([])
  })
})

test.each(['tcp', 'udp'] as const)(
  'a server that is killed and started again over %s is guarded again',
  async (transport) => {
    const server = await serve({ credentials: false })
    const stop = new AbortController()
    const hooks = recorder()
    const supervised = superviseCamera(camera({ url: server.url, transport, ...size }), system, hooks, stop.signal)
    await hooks.until((seen) => seen.frames.length >= 15)
    await server.kill()
    await hooks.until((seen) => seen.states.includes('backoff'))
    const refused = (code: string) => code === 'FW_CAMERA_REFUSED'
    await hooks.until((seen) => seen.diagnostics.some((d) => refused(d.code)))
    const before = hooks.frames.length
    const again = await serve({ port: server.port, credentials: false })
    await hooks.until((seen) => seen.frames.length >= before + 15)
    expect(hooks.states.at(-1)).toBe('guarding')
    stop.abort()
    await supervised
    await again.kill()
  },
)

test('5 % of lost packets over UDP: frames go on, and those that may be damaged say so', async () => {
  const server = await serve({ loss: 0.05, credentials: false })
  const stop = new AbortController()
  const hooks = recorder()
  const supervised = superviseCamera(camera({ url: server.url, transport: 'udp', ...size }), system, hooks, stop.signal)
  await hooks.until((seen) => seen.frames.length >= 150)
  stop.abort()
  await supervised
  await server.kill()
  const corrupt = hooks.diagnostics.filter((d) => d.code === 'FW_CAMERA_CORRUPT')
  expect(corrupt.length).toBeGreaterThan(5)
  expect(hooks.frames.filter((f) => f.damaged).length).toBeGreaterThan(100)
  expect(hooks.states).toEqual(['connecting', 'guarding', 'stopped'])
})

test('two cameras at once, one with a wrong password: the other goes on, and the password is tried once', async () => {
  const server = await serve()
  const stop = new AbortController()
  const good = recorder()
  const bad = recorder()
  const both = [
    superviseCamera(camera({ id: 'good', url: server.url, ...login, ...size }), system, good, stop.signal),
    superviseCamera(
      camera({ id: 'bad', url: server.url, username: USER, password: 'wrong', ...size }),
      system,
      bad,
      stop.signal,
    ),
  ]
  await bad.until((seen) => seen.states.includes('backoff'))
  await good.until((seen) => seen.frames.length >= 60)
  stop.abort()
  await Promise.all(both)
  await server.kill()
  expect(bad.diagnostics).toMatchObject([
    { code: 'FW_CAMERA_AUTH', text: expect.stringContaining(server.url.slice(0, -4)) },
  ])
  expect(bad.attempts).toBe(1)
  expect(JSON.stringify(bad.diagnostics)).not.toContain('wrong')
  expect(bad.frames.length).toBe(0)
  expect(good.states).toEqual(['connecting', 'guarding', 'stopped'])
})

test('a path that the server does not know is reported as such', async () => {
  const server = await serve({ credentials: false })
  const stop = new AbortController()
  const hooks = recorder()
  const supervised = superviseCamera(
    camera({ url: `rtsp://127.0.0.1:${server.port}/other`, ...size }),
    system,
    hooks,
    stop.signal,
  )
  await hooks.until((seen) => seen.diagnostics.length > 0)
  stop.abort()
  await supervised
  await server.kill()
  expect(hooks.diagnostics[0]!.code).toBe('FW_CAMERA_NOT_FOUND')
})
