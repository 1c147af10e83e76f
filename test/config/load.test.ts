import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { ConfigError, problemLine } from '../../src/config/problem.js'
import { secretsOf } from '../../src/config/secrets.js'
import { LEAST, WHOLE } from './good.js'

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'framewarden-config-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string | Uint8Array): Promise<string> {
  await mkdir(join(folder, name, '..'), { recursive: true })
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

async function load(text: string, env: NodeJS.ProcessEnv = {}) {
  return loadConfig(await file('config.yaml', text), env)
}

describe('loadConfig', () => {
  it('resolves the whole contract: references, certificates, paths, units', async () => {
    await file('ca.pem', PEM)
    await file('credentials/mqtt', 'broker secret\n')
    const env = { NORTH_DOOR: 'door secret', CREDENTIALS_DIRECTORY: join(folder, 'credentials') }
    const settings = await load(WHOLE, env)
    expect(settings.mqtt).toMatchObject({
      password: 'broker secret',
      ca: PEM,
      cert: undefined,
      topicPrefix: 'framewarden',
      homeAssistant: { enabled: false, prefix: 'homeassistant' },
    })
    expect(settings.cameras[0]).toMatchObject({
      id: 'north-door',
      password: 'door secret',
      timeouts: { connectMs: 10_000, firstFrameMs: 15_000, stallMs: 5_000, frozenMs: 30_000 },
      detection: {
        mode: 'auto',
        threshold: 'auto',
        margin: 'auto',
        falseAlarmsPerDay: 0.1,
        clearAfterMs: 10_000,
        raiseWithinMs: 'auto',
      },
      purify: { enabled: true, maxPasses: 3 },
      restream: { url: undefined, when: 'always' },
    })
    expect(settings).toMatchObject({
      stateDir: '/var/lib/framewarden',
      evidence: { maxBytes: 2 ** 31, maxAgeMs: 30 * 86_400_000 },
      http: { listen: { host: '127.0.0.1', port: 9464 } },
    })
    expect(secretsOf(settings)).toEqual(['broker secret', 'door secret'])
  })

  it('resolves what the cleaned stream is pushed with, and lists its password for masking', async () => {
    await file('ca.pem', PEM)
    const restream = 'restream: { url: rtsps://media/x, username: fw, password: { env: PUSH }, ca: ca.pem }'
    const settings = await load(`unit: u\ncameras:\n  - { id: a, url: rtsp://a/x, ${restream} }\n`, {
      PUSH: 'push secret',
    })
    const expected = { url: 'rtsps://media/x', when: 'always', username: 'fw', password: 'push secret', ca: PEM }
    expect(settings.cameras[0]!.restream).toEqual(expected)
    expect(secretsOf(settings)).toEqual(['push secret'])
  })

  it('begins relative paths at the folder of the file', async () => {
    const text = `unit: u
state_dir: state
ffmpeg: bin/ffmpeg
models: { bundle: ./models/own }
cameras:
  - { id: a, url: clips/a.mp4 }
  - { id: b, url: 'file:///srv/b%20c.mp4' }
`
    const settings = await load(text)
    expect(settings.stateDir).toBe(join(folder, 'state'))
    expect(settings.ffmpeg).toBe(join(folder, 'bin/ffmpeg'))
    expect(settings.models.bundle).toBe(join(folder, 'models/own'))
    expect(settings.cameras.map((camera) => camera.url)).toEqual([join(folder, 'clips/a.mp4'), '/srv/b c.mp4'])
  })

  it('leaves names of programs and bundles as they are', async () => {
    const settings = await load(`${LEAST}ffmpeg: ffmpeg7\n`)
    expect([settings.ffmpeg, settings.models.bundle]).toEqual(['ffmpeg7', 'camera'])
  })

  it('is frozen to its leaves', async () => {
    const settings = await load(LEAST)
    expect(Object.isFrozen(settings.cameras[0]?.timeouts)).toBe(true)
    expect(() => Object.assign(settings.cameras[0]!.frame, { rate: 1 })).toThrow(TypeError)
  })

  it('keeps what a secret holds but its last line end', async () => {
    await file('pass.txt', ' two  words \n')
    const settings = await load(`${LEAST}    username: u\n    password: { file: pass.txt }\n`)
    expect(settings.cameras[0]?.password).toBe(' two  words ')
  })

  it('names every reference that leads nowhere, with its place', async () => {
    await file('empty', '\n')
    await file('no.pem', 'hello')
    const text = `unit: u
mqtt: { url: mqtts://b, username: u, password: { credential: mqtt }, ca: gone.pem, cert: no.pem, key: { env: KEY } }
cameras:
  - { id: a, url: rtsp://a/, username: u, password: { env: A_PASSWORD } }
  - { id: b, url: rtsp://b/, username: u, password: { file: empty } }
  - { id: c, url: rtsp://c/, username: u, password: { file: gone } }
`
    const error = await load(text).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ConfigError)
    const { problems } = error as ConfigError
    expect(problems.map((p) => `${p.line}:${p.column} ${p.code} ${p.text}`)).toEqual([
      '2:38 FW_CONFIG_SECRET mqtt.password { credential: mqtt }: $CREDENTIALS_DIRECTORY is not set; systemd sets it for the service alone',
      `2:74 FW_CONFIG_VALUE mqtt.ca ${folder}/gone.pem cannot be read: ENOENT`,
      `2:90 FW_CONFIG_VALUE mqtt.cert ${folder}/no.pem is no PEM file`,
      '2:98 FW_CONFIG_SECRET mqtt.key { env: KEY } is not set',
      '4:43 FW_CONFIG_SECRET cameras[0].password { env: A_PASSWORD } is not set',
      '5:43 FW_CONFIG_SECRET cameras[1].password { file: empty } is empty',
      '6:43 FW_CONFIG_SECRET cameras[2].password { file: gone } cannot be read: ENOENT',
    ])
    expect(problemLine('c.yaml', problems[4]!)).toBe(
      'c.yaml:4:43: FW_CONFIG_SECRET: cameras[0].password { env: A_PASSWORD } is not set. Give the secret by { env: NAME }, { file: PATH } or { credential: NAME }.',
    )
  })

  it('sums up what is wrong in one line', async () => {
    await expect(load(`${LEAST}    transport: tpc\n    decode: gpu\nloging: 1\n`)).rejects.toMatchObject({
      code: 'FW_CONFIG_VALUE',
      message: `${folder}/config.yaml:5:16: cameras[0].transport takes tcp or udp, not 'tpc'; did you mean tcp?; and 2 more problems`,
    })
  })

  it('tells a missing file, a folder and a text in another encoding apart', async () => {
    await expect(loadConfig(join(folder, 'none.yaml'), {})).rejects.toMatchObject({
      code: 'FW_CONFIG_MISSING',
      message: `${folder}/none.yaml: no such file`,
    })
    await expect(loadConfig(folder, {})).rejects.toMatchObject({ message: `${folder}: is a folder` })
    const latin1 = Buffer.from('unit: g\u00e4te\n', 'latin1')
    await expect(loadConfig(await file('latin1.yaml', latin1), {})).rejects.toMatchObject({ code: 'FW_CONFIG_SYNTAX' })
  })

  it.each(['a file that is too large', 'a device that never ends'])('refuses %s', async (what) => {
    const path = what.startsWith('a file') ? await file('large.yaml', `# ${'x'.repeat(512 * 1024)}`) : '/dev/zero'
    await expect(loadConfig(path, {})).rejects.toMatchObject({
      code: 'FW_CONFIG_SIZE',
      message: `${path}:1:1: the file is larger than 512 KiB`,
    })
  })

  it.skipIf(process.getuid?.() === 0)('says that a file may not be read', async () => {
    const path = await file('closed.yaml', LEAST)
    await chmod(path, 0)
    await expect(loadConfig(path, {})).rejects.toMatchObject({ code: 'FW_CONFIG_MISSING' })
  })
})
