/** Somebody sets the clock of a unit that is guarding: NTP after a boot without a battery, an operator, a bad server. */
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../fixtures/alerts.js'
import { freePort, guardsOf, metric, payloads, pushCamera, startDaemon } from '../fixtures/daemon.js'

const STEPS = resolve(import.meta.dirname, '../fixtures/clock-steps.mjs')
const STEP_MS = 600_000

test('a clock that is set ten minutes forth ends no guard, and what is said of the past moves with it', async () => {
  const [port, httpPort] = [await freePort(), await freePort()]
  const daemon = await startDaemon({
    cameras: [`{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`],
    httpPort,
    env: { NODE_OPTIONS: `--import=${STEPS}` },
  })
  pushCamera(port)
  const state = () => payloads(daemon.seen, 'camera/gate/state').at(-1)
  await until(() => state()?.state === 'guarding', 'guarded', 30_000)
  const judged = () => metric(httpPort, 'frames_total{camera="gate"}')
  const frames = await judged()
  const guards = await guardsOf(daemon.process.pid!)
  const since = Date.parse(state()!.since as string)
  const started = () => Date.parse(payloads(daemon.seen, 'state').at(-1)!.since as string)
  const startedBefore = started()

  for (const pid of [...guards, daemon.process.pid!]) process.kill(pid, 'SIGUSR2')
  await until(() => Date.parse(state()!.since as string) - since > STEP_MS - 5_000, 'since when is said anew')
  await until(() => started() - startedBefore > STEP_MS - 5_000, 'when it started is said anew')
  await expect.poll(judged, { timeout: 30_000 }).toBeGreaterThan(frames + 60)
  expect(await guardsOf(daemon.process.pid!)).toEqual(guards)
  expect(state()).toMatchObject({ state: 'guarding', scored: true })
  const codes = payloads(daemon.seen, 'diagnostic').map(({ code }) => code as string)
  expect(codes.filter((code) => /GUARD|INFERENCE/.test(code))).toEqual([])
  expect(await metric(httpPort, 'latency_seconds{camera="gate",quantile="0.99"}')).toBeLessThan(20)
})
