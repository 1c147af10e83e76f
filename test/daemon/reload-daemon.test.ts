/** A reload as a whole: `framewarden run`, its file, SIGHUP, and what becomes of cameras, guards and broker. */
import { cpSync, truncateSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { emptyFolder, until } from '../fixtures/alerts.js'
import { startBadBroker } from '../fixtures/broker.js'
import {
  childrenOf,
  freePort,
  guardsOf,
  isAlive,
  payloads,
  pushCamera,
  startDaemon,
  type TestDaemon,
} from '../fixtures/daemon.js'

const TINY = resolve(import.meta.dirname, '../fixtures/bundles/tiny')

const state = (daemon: TestDaemon, camera = 'gate') => payloads(daemon.seen, `camera/${camera}/state`).at(-1)
const isGuarded = (daemon: TestDaemon, camera = 'gate') => state(daemon, camera)?.scored === true
const failures = (daemon: TestDaemon) => payloads(daemon.seen, 'diagnostic').filter((d) => d.subject === 'reload')

async function cameraOn(id: string): Promise<string> {
  const port = await freePort()
  pushCamera(port)
  return `{ id: ${id}, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`
}

/** A daemon with the tiny bundle, whose camera `gate` is guarded. */
async function guardingDaemon(options: { cameras?: readonly string[]; env?: NodeJS.ProcessEnv } = {}) {
  const { cameras = [await cameraOn('gate')], env } = options
  const daemon = await startDaemon({ cameras, env, extra: [`models: { bundle: ${TINY} }`] })
  await until(() => isGuarded(daemon), 'gate is guarded', 30_000)
  return daemon
}

/** Writes the file with `edit` done to its text and sends SIGHUP. */
async function reload(daemon: TestDaemon, edit: (text: string) => string): Promise<void> {
  await writeFile(daemon.config, edit(await readFile(daemon.config, 'utf8')))
  daemon.process.kill('SIGHUP')
}

test('a reload to settings that cannot be used keeps every camera guarded by what guarded it', async () => {
  const damaged = join(await emptyFolder(), 'damaged')
  cpSync(TINY, damaged, { recursive: true })
  truncateSync(join(damaged, 'chain.onnx'), 100)
  const daemon = await guardingDaemon()
  const good = await readFile(daemon.config, 'utf8')
  const before = (await childrenOf(daemon.process.pid!)).map((child) => child.pid)
  const models = (more: string) => good.replace(/models: .*/, `models: { bundle: ${TINY}, ${more} }`)
  const cases = [
    [good.replace(daemon.broker.url, 'ws://127.0.0.1:9'), 'FW_CONFIG_VALUE', 'mqtt.url '],
    [good.replace(TINY, '/nowhere'), 'FW_MODEL_MISSING', 'models.bundle: '],
    [good.replace(TINY, damaged), 'FW_MODEL_HASH', 'models.bundle: '],
    [`${good}ffmpeg: /nowhere\n`, 'FW_FFMPEG_MISSING', 'ffmpeg: '],
    [models('providers: [cuda]'), 'FW_PROVIDER_UNAVAILABLE', 'models.providers: '],
    [models('require_gpu: true'), 'FW_GPU_REQUIRED', 'models.require_gpu: '],
    [models('require_signature: true'), 'FW_MODEL_SIGNATURE', 'models.require_signature: '],
  ] as const
  for (const [i, [text, code, key]] of cases.entries()) {
    await reload(daemon, () => text)
    const failure = await until(() => failures(daemon)[i], `${code} is reported`, 30_000)
    expect(failure).toMatchObject({ code, text: expect.stringContaining(key), remedy: expect.any(String) })
    expect(failure.text).toContain('the settings from before stay')
  }
  // the same processes guard, and never stopped to
  expect((await childrenOf(daemon.process.pid!)).map((child) => child.pid)).toEqual(before)
  const states = payloads(daemon.seen, 'camera/gate/state')
  expect(states.slice(states.findIndex((s) => s.scored)).every((s) => s.scored)).toBe(true)
})

test('what fails only when it is applied is taken back, and the cameras are guarded again', async () => {
  const mark = join(await emptyFolder(), 'mark')
  const daemon = await guardingDaemon({ env: { FFMPEG_ONCE_MARK: mark } })
  await reload(daemon, (text) => `${text}ffmpeg: ${resolve(import.meta.dirname, '../fixtures/ffmpeg-once.mjs')}\n`)
  const failure = await until(() => failures(daemon)[0], 'it is reported', 30_000)
  expect(failure).toMatchObject({ code: 'FW_FFMPEG_MISSING', text: expect.stringContaining('ffmpeg: ') })
  expect(failure.text).toContain('the settings from before are back')
  await until(() => isGuarded(daemon), 'gate is guarded again', 30_000)
  expect(await daemon.stop()).toBe(0)
})

test('SIGTERM in the midst of a trial ends everything', async () => {
  const daemon = await guardingDaemon()
  const { pid } = daemon.process
  // asked for its version it says nothing and ignores SIGTERM: the trial waits for it
  const silent = resolve(import.meta.dirname, '../fixtures/ffmpeg-silent.mjs')
  await reload(daemon, (text) => `${text}ffmpeg: ${silent}\n`)
  let guards: number[] = []
  while (guards.length < 2) guards = await guardsOf(pid!) // the one that guards, and the one on trial
  const children = (await childrenOf(pid!)).map((child) => child.pid)
  expect(await daemon.stop()).toBe(0)
  expect(children.filter(isAlive)).toEqual([])
  expect(failures(daemon)).toEqual([])
})

test.each([20, 300])(
  'of two reloads %i ms apart, away from a broker that acknowledges nothing, the last one wins',
  async (gapMs) => {
    // it accepts the connection (MQTT 5, 3.2), and that was it: leaving it takes 2 s
    const deaf = await startBadBroker((socket) =>
      socket.once('data', () => socket.write(Buffer.from([0x20, 3, 0, 0, 0]))),
    )
    const silent = await startBadBroker(() => {})
    const daemon = await guardingDaemon()
    const { url } = daemon.broker
    await reload(daemon, (text) => text.replace(url, deaf.url))
    await until(() => daemon.seen.some((m) => m.payload === 'offline'), 'the good broker is left', 20_000)
    await until(() => deaf.sockets.some((socket) => socket.bytesWritten > 0), 'the deaf one is connected', 20_000)
    daemon.seen.length = 0
    await reload(daemon, (text) => text.replace(deaf.url, silent.url))
    await sleep(gapMs)
    await reload(daemon, (text) => text.replace(silent.url, url))
    await until(() => isGuarded(daemon), 'the state, at the broker of the last one', 20_000)
    expect(await daemon.stop()).toBe(0)
  },
)

test('each change restarts what `framewarden schema` says, and nothing else', async () => {
  const daemon = await guardingDaemon({ cameras: [await cameraOn('gate'), await cameraOn('yard')] })
  await until(() => isGuarded(daemon, 'yard'), 'yard is guarded', 30_000)
  const pids = async () => {
    const [guard] = await guardsOf(daemon.process.pid!)
    const ffmpegs = await childrenOf(guard!)
    const of = (camera: string) => ffmpegs.find((child) => child.argv.some((a) => a.includes(PORTS.get(camera)!)))?.pid
    return { guard, gate: of('gate'), yard: of('yard') }
  }
  const text = await readFile(daemon.config, 'utf8')
  const PORTS = new Map(
    [...text.matchAll(/id: (\w+), url: "rtsp:\/\/127.0.0.1:(\d+)/g)].map((m) => [m[1]!, `:${m[2]}/`]),
  )
  const done = (line: string) => until(() => daemon.log().includes(line), line, 30_000)
  const start = await pids()

  await reload(daemon, (t) => `${t}log: { level: debug }\n`)
  await done('changed log.level')
  expect(await pids()).toEqual(start)

  await reload(daemon, (t) => `${t}spool: { max_age: 1d }\n`)
  await done('spool.max_age: in force when framewarden is started again')
  expect(await pids()).toEqual(start)

  await reload(daemon, (t) => t.replace('mqtt: {', 'mqtt: { protocol: 4,'))
  await done('changed mqtt.protocol')
  expect(await pids()).toEqual(start)

  await reload(daemon, (t) => t.replace('id: yard,', 'id: yard, frame: { rate: 10 },'))
  await done('changed cameras.yard.frame.rate')
  await expect.poll(async () => (await pids()).yard, { timeout: 20_000 }).not.toBeOneOf([start.yard, undefined])
  expect({ ...(await pids()), yard: 0 }).toEqual({ ...start, yard: 0 })

  await reload(daemon, (t) => t.replace('models: {', 'models: { threads: 2,'))
  await done('changed models.threads')
  expect((await pids()).guard).not.toBe(start.guard)
})
