/** `calibrate` on a live camera that is not ours, beside the daemon that guards it. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readBaseline } from '../../src/baselines/baseline-file.js'
import { temporaryFolder } from '../camera/partners.js'
import { freePort, metric, startDaemon } from '../fixtures/daemon.js'
import { amplitudes, drawTinyClip } from '../fixtures/tiny-clip.js'
import { command } from '../fixtures/tiny-unit.js'
import { TINY } from '../inference/pictures.js'
import { gstServer } from './rtsp-servers.js'

test('a camera is calibrated on its stream while it is guarded, and the guard takes the baseline over', {
  timeout: 300_000,
}, async () => {
  const folder = await temporaryFolder()
  onTestFinished(folder.remove)
  const clip = join(folder.path, 'grey.mp4')
  await drawTinyClip(clip, amplitudes(240, 0, 5), { rate: 5 })
  const login = { username: 'viewer', password: 'secret' }
  const server = await gstServer({ script: 'gst_rtsp_server.py', argv: [clip], login, home: folder.path })
  onTestFinished(server.kill)
  const url = `rtsp://127.0.0.1:${server.port}/cam`
  const httpPort = await freePort()
  const daemon = await startDaemon({
    cameras: [`{ id: gate, url: "${url}", username: viewer, password: { env: GATE }, frame: { width: 64, rate: 5 } }`],
    extra: [`models: { bundle: ${TINY}, providers: [cpu] }`],
    env: { GATE: login.password },
    httpPort,
  })
  const frames = () => metric(httpPort, 'frames_total{camera="gate"}').catch(() => 0)
  await expect.poll(frames, { timeout: 60_000 }).toBeGreaterThan(10)
  const before = await frames()

  process.env.GATE = login.password
  onTestFinished(() => {
    delete process.env.GATE
  })
  const { code, stdout, stderr } = await command(daemon, 'calibrate', '--camera', 'gate', '--minutes', '1.5', '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const result = JSON.parse(stdout)
  expect(result).toMatchObject({ camera: 'gate', source: url, stage: 'provisional', jumps: 0 })
  expect(result.clean_s).toBeGreaterThan(60)

  // guarded all the while, by one connection, and nothing was raised
  expect(await frames()).toBeGreaterThan(before + 300)
  expect(await metric(httpPort, 'camera_restarts_total{camera="gate"}')).toBe(0)
  expect(await metric(httpPort, 'incident_open{camera="gate"}')).toBe(0)
  const learned = async () => (await readBaseline(result.baseline))!.regimes.mono!.learnedMs
  const calibrated = await learned()
  expect(await daemon.stop()).toBe(0)
  // the guard's own past, which is shorter, was not written over it
  expect(await learned()).toBe(calibrated)
})
