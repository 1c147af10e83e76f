/** The test button, whole: the command, a daemon, a camera that pushes to it, and a broker. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { alertSchema } from '../../src/delivery/alert-schema.js'
import { publishUntil, temporaryFolder } from '../camera/partners.js'
import { until } from '../fixtures/alerts.js'
import { BIN, freePort, metric, payloads, startDaemon, type TestDaemon } from '../fixtures/daemon.js'
import { amplitudes, drawTinyClip } from '../fixtures/tiny-clip.js'
import { TINY } from '../inference/pictures.js'

/** Still grey, which `tiny` finds clean. */
let clip: string

beforeAll(async () => {
  const folder = await temporaryFolder()
  clip = join(folder.path, 'grey.mp4')
  await drawTinyClip(clip, amplitudes(4, 0))
  return folder.remove
})

async function guarding(options: { readonly broker: boolean }): Promise<{ daemon: TestDaemon; httpPort: number }> {
  const [port, httpPort] = [await freePort(), await freePort()]
  const url = `rtsp://127.0.0.1:${port}/cam`
  const daemon = await startDaemon({
    cameras: [`{ id: gate, url: "${url}", listen: true, frame: { width: 64 } }`],
    extra: [`models: { bundle: ${TINY}, providers: [cpu] }`],
    httpPort,
    ...options,
  })
  const over = new AbortController()
  onTestFinished(() => over.abort())
  void publishUntil(clip, url, over.signal)
  await expect
    .poll(() => metric(httpPort, 'frames_total{camera="gate"}').catch(() => 0), { timeout: 60_000 })
    .toBeGreaterThan(60)
  return { daemon, httpPort }
}

/** Runs the command; never rejects. */
async function drill(daemon: TestDaemon, ...args: string[]) {
  const argv = [BIN, 'drill', '--config', daemon.config, '--camera', 'gate', ...args]
  return promisify(execFile)(process.execPath, argv).then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  )
}

test('a drill is found, acknowledged by the broker and cleared, and no incident was ever open', {
  timeout: 150_000,
}, async () => {
  const { daemon, httpPort } = await guarding({ broker: true })
  const running = drill(daemon, '--attack', 'noise', '--json')
  const alerts = () => payloads(daemon.seen, 'camera/gate/alert').map((alert) => alertSchema.parse(alert))
  await until(() => alerts().length > 0, 'raised', 40_000)
  // one at a time
  expect(await drill(daemon)).toMatchObject({ code: 2, stderr: expect.stringContaining('FW_DRILL_REFUSED: ') })

  const { code, stdout } = await running
  const report = JSON.parse(stdout)
  expect(report).toMatchObject({
    ...{ camera: 'gate', attack: 'noise', level: 16 / 255, end: 'time' },
    ...{ found: true, seq: 1, broker: 'acknowledged' },
  })
  expect(code).toBe(0)
  expect(report.delay_ms).toBeGreaterThan(0)
  await until(() => alerts().length === 2, 'cleared')
  expect(alerts().map(({ phase, drill: drilled }) => [phase, drilled])).toEqual([
    ['raised', true],
    ['cleared', true],
  ])
  expect(new Set(alerts().map(({ incident }) => incident)).size).toBe(1)

  const states = payloads(daemon.seen, 'camera/gate/state')
  expect(states.length).toBeGreaterThan(0)
  expect(states.filter(({ incident_open }) => incident_open)).toEqual([])
  expect(await metric(httpPort, 'flagged_total{camera="gate"}')).toBe(0)
  expect(await daemon.stop()).toBe(0)
  const state = join(daemon.dir, 'state')
  expect(existsSync(join(state, 'incidents.json'))).toBe(false)
  const { levels } = JSON.parse(readFileSync(join(state, 'baselines', 'gate.json'), 'utf8')).regimes.mono.signals.chain
  expect(levels.length).toBeGreaterThan(0)
  expect(levels.every((level: number) => level < 0)).toBe(true)

  expect(await drill(daemon)).toMatchObject({ code: 2, stderr: expect.stringContaining('FW_NOT_RUNNING: ') })
})

test('without a broker the alert is in the spool; what is too weak is not found', { timeout: 150_000 }, async () => {
  const { daemon } = await guarding({ broker: false })
  const found = await drill(daemon)
  expect(found).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('no broker configured: alert 1 is in the spool'),
  })
  const weak = await drill(daemon, '--level', '1/255')
  expect(weak).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^camera 'gate': not found \(pattern of 1\/255, \d+ frames/),
  })
})
