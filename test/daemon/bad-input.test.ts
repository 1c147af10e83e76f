/** What goes wrong beside a good camera: each is reported by its code, and the good camera goes on. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { emptyFolder, until } from '../fixtures/alerts.js'
import { BIN, FFMPEG, freePort, payloads, pushCamera, startDaemon, type TestDaemon } from '../fixtures/daemon.js'

const MODELS = join(import.meta.dirname, '../../models/camera')

const state = (daemon: TestDaemon, camera: string) => payloads(daemon.seen, `camera/${camera}/state`).at(-1)
const codes = (daemon: TestDaemon, subject: string) =>
  payloads(daemon.seen, 'diagnostic').flatMap((d) => (d.subject === subject ? [d.code as string] : []))

function ffmpeg(...args: string[]): void {
  execFileSync(FFMPEG, ['-nostdin', '-loglevel', 'error', '-y', ...args])
}

async function goodCamera(): Promise<string> {
  const port = await freePort()
  pushCamera(port)
  return `{ id: good, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`
}

async function stillGood(daemon: TestDaemon): Promise<void> {
  await until(() => state(daemon, 'good')?.state === 'guarding', 'the good camera is guarded', 30_000)
  await sleep(1_500)
  expect(state(daemon, 'good')).toMatchObject({ state: 'guarding', scored: true })
}

test('files without video, cut short or full of noise, beside a good camera', async () => {
  const dir = await emptyFolder()
  const path = (name: string) => join(dir, name)
  ffmpeg('-f', 'lavfi', '-i', 'sine=duration=5', '-c:a', 'aac', path('audio.mp4'))
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=15:duration=5', '-c:v', 'libx264', path('cut.mp4'))
  truncateSync(path('cut.mp4'), 20_000)
  writeFileSync(path('noise.mp4'), Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251)))
  const daemon = await startDaemon({
    cameras: [
      await goodCamera(),
      ...['audio', 'cut', 'noise'].map((name) => `{ id: ${name}, url: "${path(`${name}.mp4`)}" }`),
    ],
  })
  await until(() => codes(daemon, 'audio').includes('FW_CAMERA_AUDIO_ONLY'), 'audio only', 30_000)
  await until(() => codes(daemon, 'cut').includes('FW_CAMERA_DATA'), 'cut short', 30_000)
  await until(() => codes(daemon, 'noise').includes('FW_CAMERA_DATA'), 'noise', 30_000)
  await stillGood(daemon)
})

test('a broker that is away at the start is reported in the log, and the camera is guarded', async () => {
  const daemon = await startDaemon({
    cameras: [await goodCamera()],
    extra: ['mqtt: { url: "mqtt://127.0.0.1:9" }'],
    broker: false,
  })
  await until(() => daemon.log().includes('FW_BROKER_UNREACHABLE'), 'the code in the log', 20_000)
  await until(() => daemon.log().includes("camera 'good' is guarded"), 'the camera is guarded', 30_000)
  expect(await daemon.stop()).toBe(0)
})

test('a broker that goes and comes back gets the states again', async () => {
  const daemon = await startDaemon({ cameras: [await goodCamera()] })
  await stillGood(daemon)
  for (const client of daemon.broker.clients.values()) if (client.id.includes('framewarden')) client.conn.destroy()
  daemon.seen.length = 0
  await until(() => state(daemon, 'good')?.state === 'guarding', "the camera's state again", 20_000)
  await until(() => payloads(daemon.seen, 'state').length > 0, "the unit's state again", 20_000)
})

test.each([
  [
    'whose bytes differ',
    (file: string) =>
      writeFileSync(
        file,
        readFileSync(file).map((b, i) => (i === 5_000 ? b ^ 1 : b)),
      ),
  ],
  ['that is cut short', (file: string) => truncateSync(file, 4_096)],
])('a network %s is refused at the start', async (_, damage) => {
  const dir = await emptyFolder()
  const bundle = join(dir, 'bundle')
  mkdirSync(bundle)
  cpSync(MODELS, bundle, { recursive: true })
  damage(join(bundle, 'screen.onnx'))
  const config = join(dir, 'config.yaml')
  writeFileSync(
    config,
    [
      'unit: test',
      `state_dir: ${join(dir, 'state')}`,
      `models: { bundle: ${bundle} }`,
      'http: { listen: off }',
      'cameras: [{ id: gate, url: "rtsp://127.0.0.1:9/cam" }]',
    ].join('\n'),
  )
  const run = spawnSync(process.execPath, [BIN, 'run', '--config', config], { encoding: 'utf8', timeout: 30_000 })
  expect(run.status).toBe(1)
  expect(run.stderr).toMatch(/^FW_MODEL_HASH: .*screen\.onnx.*manifest/m)
})

test('a network that goes missing while the daemon runs stops no guard: one that is replaced judges by the copy and says so', async () => {
  const dir = await emptyFolder()
  const bundle = join(dir, 'bundle')
  cpSync(MODELS, bundle, { recursive: true })
  const daemon = await startDaemon({ cameras: [await goodCamera()], extra: [`models: { bundle: ${bundle} }`] })
  await stillGood(daemon)
  rmSync(join(bundle, 'chain.onnx'))
  await sleep(500)
  expect(state(daemon, 'good')).toMatchObject({ scored: true })
  const { guardsOf } = await import('../fixtures/daemon.js')
  for (const pid of await guardsOf(daemon.process.pid!)) process.kill(pid, 'SIGKILL')
  await until(() => codes(daemon, 'guard').includes('FW_MODEL_ROLLED_BACK'), 'the copy is named', 20_000)
  await until(() => state(daemon, 'good')?.scored === true, 'guarded again', 60_000)
})

test('two daemons do not share a state directory', async () => {
  const daemon = await startDaemon({ cameras: [await goodCamera()] })
  await until(() => state(daemon, 'good'), 'it runs', 20_000)
  const second = spawnSync(process.execPath, [BIN, 'run', '--config', daemon.config], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect(second.status).toBe(1)
  expect(second.stderr).toContain('FW_STATE_LOCKED')
  expect(state(daemon, 'good')).toBeDefined()
})

test('a configuration with a wrong key ends the start with its place', async () => {
  const dir = await emptyFolder()
  const config = join(dir, 'config.yaml')
  writeFileSync(config, 'unit: test\nstate_dirr: /tmp/x\ncameras: [{ id: gate, url: "rtsp://127.0.0.1:9/cam" }]\n')
  const run = spawnSync(process.execPath, [BIN, 'run', '--config', config], { encoding: 'utf8', timeout: 30_000 })
  expect(run.status).toBe(2)
  expect(run.stderr).toMatch(/2:1.*FW_CONFIG_KEY|FW_CONFIG_KEY.*2:1/)
  expect(run.stderr).toContain('state_dir')
})
