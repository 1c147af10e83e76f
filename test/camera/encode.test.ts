import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { openRestream, type RestreamOptions } from '../../src/camera/encode.js'
import { superviseCamera } from '../../src/camera/supervisor.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { authority, serverCertificate } from './certificates.js'
import { bundled, camera, childrenWith, fixture, freePort, recorder } from './partners.js'
import { type PushServer, pushServer } from './push-server.js'

const WIDTH = 320
const HEIGHT = 184
const login = { username: 'framewarden', password: 'open sesame' }

function grey(luma: number): Uint8Array {
  const pixels = new Uint8Array(WIDTH * HEIGHT * 1.5).fill(128)
  return pixels.fill(luma, 0, WIDTH * HEIGHT)
}

/** Pushes grey pictures as a camera's guard does; `said` settles with the next diagnostic. */
function push(url: string, over: Partial<RestreamOptions> = {}) {
  const diagnostics: Diagnostic[] = []
  const stop = new AbortController()
  let heard = () => {}
  const restream = openRestream({
    ...{ url, width: WIDTH, height: HEIGHT, rate: 15, connectMs: 3000, ffmpeg: bundled, subject: 'gate' },
    signal: stop.signal,
    onDiagnostic(d) {
      diagnostics.push(d)
      heard()
    },
    ...over,
  })
  const writing = setInterval(() => restream.write(grey(100)), 66)
  return {
    restream,
    diagnostics,
    /** Settles when `n` diagnostics have come in all. */
    async said(n: number) {
      while (diagnostics.length < n) {
        await new Promise<void>((resolve) => {
          heard = resolve
        })
      }
    },
    async end() {
      clearInterval(writing)
      await restream.close()
    },
  }
}

/** Pushes to a server until it fails; what it said of it. */
async function failing(server: PushServer, over: Partial<RestreamOptions> = {}): Promise<Diagnostic> {
  const pushed = push(`rtsp://127.0.0.1:${server.port}/clean`, over)
  await pushed.said(1)
  await pushed.end()
  server.close()
  expect(childrenWith('rawvideo')).toEqual([])
  return pushed.diagnostics[0]!
}

test('pictures written are a stream that another camera reader sees, and nobody there is one diagnostic', async () => {
  const url = `rtsp://127.0.0.1:${await freePort()}/clean`
  const pushed = push(url)
  await pushed.said(1)
  const hooks = recorder()
  const reader = new AbortController()
  const frame = { width: WIDTH, rate: 15 }
  const supervised = superviseCamera(camera({ url, listen: true, frame }), bundled, hooks, reader.signal)
  await hooks.until((seen) => seen.frames.length >= 20)
  const seen = hooks.frames.at(-1)!
  expect([seen.width, seen.height]).toEqual([WIDTH, HEIGHT])
  expect(Math.abs(seen.pixels[WIDTH * 90 + 160]! - 100)).toBeLessThanOrEqual(2)
  expect(Math.abs(seen.pixels[WIDTH * HEIGHT + 500]! - 128)).toBeLessThanOrEqual(2)
  await pushed.end()
  reader.abort()
  await supervised
  expect(pushed.diagnostics[0]).toMatchObject({ code: 'FW_RESTREAM_REFUSED', subject: 'gate', count: 1 })
  expect(pushed.diagnostics[0]!.text).toContain('nobody listens there')
  expect(childrenWith('rawvideo')).toEqual([])
})

test('a server that asks for a login and speaks TLS takes the stream; the password is in no command line', async () => {
  const ca = authority('test authority')
  const certificate = serverCertificate(ca, 'test authority', '127.0.0.1')
  const server = await pushServer({ login, certificate })
  const pushed = push(`rtsps://127.0.0.1:${server.port}/clean`, { ...login, ca: ca.cert })
  await server.packets(20)
  const looked = childrenWith('rawvideo').map(
    (pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1') + readFileSync(`/proc/${pid}/environ`, 'latin1'),
  )
  expect(looked.length).toBe(1)
  expect(looked[0]).not.toMatch(/sesame|framewarden:/)
  await pushed.end()
  server.close()
  expect(server.requests).toContain(`RECORD rtsps://127.0.0.1:${server.port}/clean`)
  expect(pushed.diagnostics).toEqual([])
  // RFC 6184 8.1: profile_idc, constraints, level_idc. 320x184 at 15/s is level 1.2; hardware decoders refuse 6.2.
  expect(server.sdp()).toMatch(/profile-level-id=64000C/i)
})

test('a wrong password is FW_RESTREAM_REFUSED, tried once, and not shown', async () => {
  const server = await pushServer({ login })
  const d = await failing(server, { ...login, password: 'guessed-wrong' })
  expect(d.code).toBe('FW_RESTREAM_REFUSED')
  expect(d.text).toBe(`the server at rtsp://127.0.0.1:${server.port} refuses the user name or the password`)
  // Asked once without, once with the password.
  expect(server.requests.length).toBe(2)
})

test('a certificate of nobody we know is FW_RESTREAM_REFUSED, and nothing is sent', async () => {
  const ca = authority('test authority')
  const certificate = serverCertificate(ca, 'test authority', '127.0.0.1')
  const server = await pushServer({ certificate })
  const d = await failing(server, { url: `rtsps://127.0.0.1:${server.port}/clean` })
  expect(d.code).toBe('FW_RESTREAM_REFUSED')
  expect(server.requests).toEqual([])
})

test('a stream that the server does not list is FW_RESTREAM_LOST (go2rtc) or FW_RESTREAM_REFUSED, in its own words', async () => {
  const unlisted = await failing(await pushServer({ behaviour: 'unlisted' }))
  expect(unlisted.code).toBe('FW_RESTREAM_LOST')
  expect(unlisted.text).toMatch(/^the server at rtsp:\/\/127\.0\.0\.1:\d+ took the stream and hung up at once/)
  const unknown = await failing(await pushServer({ behaviour: 'unknown' }))
  expect(unknown.code).toBe('FW_RESTREAM_REFUSED')
  expect(unknown.text).toMatch(/answers 404 Not Found to ANNOUNCE$/)
})

test('a server that comes back takes the stream again; all of its absence is one diagnostic', async () => {
  const first = await pushServer()
  const pushed = push(`rtsp://127.0.0.1:${first.port}/clean`)
  await first.packets(10)
  first.close()
  await pushed.said(1)
  const second = await pushServer({ port: first.port })
  await second.packets(10)
  second.hangUp()
  await second.packets(20)
  await pushed.end()
  second.close()
  const codes = pushed.diagnostics.map((d) => d.code)
  expect(codes[0]).toBe('FW_RESTREAM_LOST')
  expect(codes.filter((code) => code === 'FW_RESTREAM_LOST').length).toBe(1)
})

test('an ffmpeg that is not there or cannot encode is FW_RESTREAM_ENCODER', async () => {
  const missing = await failing(await pushServer(), { ffmpeg: fixture('ffmpeg-is-not-there') })
  expect(missing).toMatchObject({ code: 'FW_RESTREAM_ENCODER', text: expect.stringContaining('ENOENT') })
  const crashing = await failing(await pushServer(), { ffmpeg: fixture('ffmpeg-crashes.mjs') })
  expect(crashing).toMatchObject({ code: 'FW_RESTREAM_ENCODER', text: 'ffmpeg crashed (SIGSEGV)' })
})

test('a server that never answers holds nobody up: pictures are dropped, and closing ends it', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as { port: number }
  const pushed = push(`rtsp://127.0.0.1:${port}/clean`)
  let taken = true
  while (taken) {
    taken = pushed.restream.write(grey(90))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await pushed.end()
  silent.close()
  expect(childrenWith('rawvideo')).toEqual([])
})
