/** An attack on a real stream: from the perturbed pixel to the alert at a subscriber, with pictures, and to its end. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { alertSchema } from '../../src/delivery/alert-schema.js'
import { startCameraChild } from '../../src/demo/camera-child.js'
import { until } from '../fixtures/alerts.js'
import { freePort, guardsOf, metric, payloads, startDaemon, type TestDaemon } from '../fixtures/daemon.js'

/** The demo's street, with the universal pattern at 8/255 put in before the encoder from the second phase on. */
function streetCamera(port: number) {
  const camera = startCameraChild({ port, epsilon255: 8, onPhase: () => {} })
  onTestFinished(() => camera.stop())
  return camera
}

const alerts = (daemon: TestDaemon) => payloads(daemon.seen, 'camera/street/alert')
const guarding = (daemon: TestDaemon) =>
  until(() => payloads(daemon.seen, 'camera/street/state').at(-1)?.state === 'guarding', 'guarded', 60_000)

test('an attack is raised with pictures, outlives its guard, and is cleared once', { timeout: 150_000 }, async () => {
  const [port, httpPort] = [await freePort(), await freePort()]
  const daemon = await startDaemon({
    cameras: [`{ id: street, url: "rtsp://127.0.0.1:${port}/cam", listen: true, detection: { clear_after: 3s } }`],
    httpPort,
  })
  const camera = streetCamera(port)
  await guarding(daemon)
  camera.begin(15_000)
  await until(() => alerts(daemon).length > 0, 'raised', 40_000)
  const raised = alertSchema.parse(alerts(daemon)[0])
  expect(raised).toMatchObject({ phase: 'raised', seq: 1, camera: 'street', replayed: false, drill: false })
  const state = join(daemon.dir, 'state')
  for (const path of [raised.evidence.before, raised.evidence.after, raised.evidence.difference]) {
    expect(await sharp(join(state, path!)).metadata()).toMatchObject({ width: 640, height: 360, format: 'jpeg' })
  }
  await until(() => existsSync(join(state, 'incidents.json')), 'the open incident is kept')
  // pictures and all; a frame's own latency is told apart
  const latency = (name: string) => metric(httpPort, `${name}{camera="street",quantile="0.5"}`)
  expect(await latency('alarm_latency_seconds')).toBeGreaterThan(await latency('latency_seconds'))

  const frames = () => metric(httpPort, 'frames_total{camera="street"}')
  const [guard] = await guardsOf(daemon.process.pid!)
  process.kill(guard!, 'SIGKILL')
  await until(() => alerts(daemon).some((alert) => alert.phase === 'cleared'), 'cleared', 60_000)
  const reported = alerts(daemon).map((alert) => alertSchema.parse(alert))
  expect(new Set(reported.map((alert) => alert.incident)).size).toBe(1)
  expect(reported.filter((alert) => alert.phase === 'raised').length).toBe(1)
  expect(reported.filter((alert) => alert.phase === 'cleared').length).toBe(1)
  expect(reported.map((alert) => alert.seq)).toEqual(reported.map((_, i) => i + 1))
  // nothing is counted twice, though a guard was replaced and an alert came after it
  const counted = await frames()
  await expect.poll(frames, { timeout: 20_000 }).toBeGreaterThan(counted)
  expect(await metric(httpPort, 'camera_restarts_total{camera="street"}')).toBe(1)
})

test('a disk that takes no pictures stops no alert', { timeout: 120_000 }, async () => {
  const port = await freePort()
  const daemon = await startDaemon({
    cameras: [`{ id: street, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`],
  })
  // a file where the folder should be: refused on every machine, for root too
  const state = join(daemon.dir, 'state')
  await mkdir(state, { recursive: true })
  await writeFile(join(state, 'evidence'), '')
  const camera = streetCamera(port)
  await guarding(daemon)
  camera.begin(8_000)
  await until(() => alerts(daemon).length > 0, 'raised', 40_000)
  const raised = alertSchema.parse(alerts(daemon)[0])
  expect(raised.evidence).toMatchObject({ before: null, after: null, difference: null })
  expect(raised.evidence.frame_sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(payloads(daemon.seen, 'diagnostic').map((d) => d.code)).toContain('FW_EVIDENCE_DISK')
})
