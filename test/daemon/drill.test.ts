/** The test button, whole: the command, a daemon, a camera that pushes to it, and a broker. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { alertSchema } from '../../src/delivery/alert-schema.js'
import { until } from '../fixtures/alerts.js'
import { metric, payloads, type TestDaemon } from '../fixtures/daemon.js'
import { command, greyClip, guardedUnit } from '../fixtures/tiny-unit.js'

let clip: string

beforeAll(async () => {
  const grey = await greyClip()
  clip = grey.path
  return grey.remove
})

const drill = (daemon: TestDaemon, ...args: string[]) => command(daemon, 'drill', '--camera', 'gate', ...args)

test('a drill is found, acknowledged by the broker and cleared, and no incident was ever open', {
  timeout: 150_000,
}, async () => {
  const { daemon, httpPort } = await guardedUnit(clip)
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
  const { daemon } = await guardedUnit(clip, { broker: false })
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
