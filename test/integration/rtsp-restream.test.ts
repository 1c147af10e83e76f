/** The cleaned stream at a server that is not ours: GStreamer's, with a login and TLS. */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRestream, type RestreamOptions } from '../../src/camera/encode.js'
import { type FfmpegBuild, findFfmpeg } from '../../src/camera/ffmpeg.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { authority, serverCertificate } from '../camera/certificates.js'
import { bundled, childrenWith, temporaryFolder } from '../camera/partners.js'
import { type GstServer, gstServer } from './rtsp-servers.js'

const WIDTH = 320
const HEIGHT = 184
const login = { username: 'framewarden', password: 'open sesame' }
const ca = authority('test authority')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let system: FfmpegBuild
const running: GstServer[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  system = await findFfmpeg({ configured: '/usr/bin/ffmpeg' })
})
afterAll(async () => {
  for (const server of running) await server.kill()
  await folder.remove()
})

async function recorder(argv: readonly string[] = []): Promise<GstServer> {
  const server = await gstServer({ script: 'gst_rtsp_recorder.py', argv, login, home: folder.path })
  running.push(server)
  return server
}

/** Pushes grey pictures of luma 100 until `met` settles; what was said meanwhile. */
async function pushing(
  url: string,
  over: Partial<RestreamOptions>,
  met: (said: (code: string) => Promise<Diagnostic>) => Promise<unknown>,
): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = []
  const waiting: { code: string; resolve: (d: Diagnostic) => void }[] = []
  const restream = openRestream({
    ...{ url, ...login, width: WIDTH, height: HEIGHT, rate: 15, connectMs: 5000, ffmpeg: system, subject: 'gate' },
    signal: new AbortController().signal,
    onDiagnostic(d) {
      diagnostics.push(d)
      for (const w of waiting) if (w.code === d.code) w.resolve(d)
    },
    ...over,
  })
  const pixels = new Uint8Array(WIDTH * HEIGHT * 1.5).fill(128).fill(100, 0, WIDTH * HEIGHT)
  const writing = setInterval(() => restream.write(pixels), 66)
  await met((code) => new Promise((resolve) => waiting.push({ code, resolve })))
  clearInterval(writing)
  await restream.close()
  expect(childrenWith('rawvideo')).toEqual([])
  return diagnostics
}

test.each(['system', 'bundled'])(
  'pushed by the %s ffmpeg, its pictures are decoded there as they were',
  async (which) => {
    const server = await recorder()
    const ffmpeg = which === 'system' ? system : bundled
    const said = await pushing(`rtsp://127.0.0.1:${server.port}/clean`, { ffmpeg }, async () => {
      const { value } = await server.lines().next()
      expect(value).toMatch(/^picture 320x184 (99|100|101)$/)
    })
    await server.kill()
    expect(said).toEqual([])
  },
)

test('over TLS, its certificate checked, the password in no command line', async () => {
  const { cert, key } = serverCertificate(ca, 'test authority', '127.0.0.1')
  const path = `${folder.path}/server.pem`
  writeFileSync(path, cert + key)
  const server = await recorder(['--certificate', path])
  const url = `rtsps://127.0.0.1:${server.port}/clean`
  const said = await pushing(url, { ca: ca.cert }, async () => {
    const { value } = await server.lines().next()
    expect(value).toMatch(/^picture 320x184 (99|100|101)$/)
    const [pid] = childrenWith('rawvideo')
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toMatch(/sesame|framewarden:/)
  })
  expect(said).toEqual([])
  const unknown = await pushing(url, { ca: authority('another').cert }, (when) => when('FW_RESTREAM_REFUSED'))
  await server.kill()
  expect(unknown.map((d) => d.code)).toEqual(['FW_RESTREAM_REFUSED'])
})

test('a wrong password and an unknown path are FW_RESTREAM_REFUSED in words of their own', async () => {
  const server = await recorder()
  const url = `rtsp://127.0.0.1:${server.port}`
  const wrong = await pushing(`${url}/clean`, { password: 'guessed-wrong' }, (when) => when('FW_RESTREAM_REFUSED'))
  expect(wrong[0]!.text).toBe(`the server at ${url} refuses the user name or the password`)
  const unknown = await pushing(`${url}/other`, {}, (when) => when('FW_RESTREAM_REFUSED'))
  expect(unknown[0]!.text).toMatch(/ answers 404 Not Found to ANNOUNCE$/)
  await server.kill()
})

test('a server that is killed and started again takes the stream again', async () => {
  const server = await recorder()
  const { port } = server
  const said = await pushing(`rtsp://127.0.0.1:${port}/clean`, {}, async (when) => {
    await server.lines().next()
    const lost = when('FW_RESTREAM_LOST')
    await server.kill()
    await lost
    const again = await recorder(['--port', String(port)])
    await again.lines().next()
    await again.kill()
  })
  expect(said.filter((d) => d.code === 'FW_RESTREAM_LOST').length).toBe(1)
})
