/** What ops see of a camera that goes, stays away and comes back: by the broker, and by /readyz. */
import { expect, test } from 'vitest'
import { until } from '../fixtures/alerts.js'
import { freePort, metric, payloads, pushCamera, startDaemon, type TestDaemon } from '../fixtures/daemon.js'

const states = (daemon: TestDaemon, camera: string) => payloads(daemon.seen, `camera/${camera}/state`)

test('a camera that is never there is reported once: since when and why stay through all attempts', async () => {
  const [nobody, httpPort] = [await freePort(), await freePort()]
  const daemon = await startDaemon({ cameras: [`{ id: gate, url: "rtsp://127.0.0.1:${nobody}/cam" }`], httpPort })
  await expect
    .poll(() => metric(httpPort, 'camera_restarts_total{camera="gate"}'), { timeout: 50_000 })
    .toBeGreaterThanOrEqual(5)
  const said = states(daemon, 'gate')
  // while it connects for the first time, what decides on it may become known; that is no attempt
  const attempts = said.filter((payload, i) => i === 0 || payload.state !== 'connecting')
  expect(attempts).toMatchObject([
    { state: 'connecting', cause: null },
    { state: 'backoff', cause: { code: 'FW_CAMERA_REFUSED' }, scored: false },
  ])
  expect(said.at(-1)!.state).toBe('backoff')
  expect(new Set(said.map(({ since }) => since)).size).toBe(1)
})

test('a unit is ready while its camera is judged, and says which is not and why', async () => {
  const [port, httpPort] = [await freePort(), await freePort()]
  const daemon = await startDaemon({
    cameras: [`{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true, timeouts: { stall: 2s } }`],
    httpPort,
  })
  const ready = async () => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/readyz`)
    return { status: response.status, ...((await response.json()) as { cameras: Record<string, unknown>[] }) }
  }
  const status = async () => (await ready()).status
  await until(() => states(daemon, 'gate').length > 0, 'the daemon is up', 20_000)
  expect(await ready()).toMatchObject({ status: 503, cameras: [{ camera: 'gate', state: 'connecting', cause: null }] })

  const camera = pushCamera(port)
  await expect.poll(status, { timeout: 30_000 }).toBe(200)
  camera.stop()
  const stoppedMs = Date.now()
  await expect.poll(status, { timeout: 20_000 }).toBe(503)
  const { cameras } = await ready()
  expect(cameras).toMatchObject([{ camera: 'gate' }])
  expect(Math.abs(Date.parse(cameras[0]!.since as string) - stoppedMs)).toBeLessThan(4_000)

  pushCamera(port)
  await expect.poll(status, { timeout: 40_000 }).toBe(200)
})
