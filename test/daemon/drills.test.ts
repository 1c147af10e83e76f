import { expect, test } from 'vitest'
import type { Alert, AlertBody } from '../../src/core/alert.js'
import type { CameraFacts } from '../../src/core/camera-facts.js'
import type { DrillRequest } from '../../src/core/drill.js'
import { FwError } from '../../src/core/errors.js'
import { createDrills } from '../../src/daemon/drills.js'
import type { AlertFate } from '../../src/delivery/delivery.js'
import { alertBody } from '../fixtures/alerts.js'

const facts: CameraFacts = {
  ...{ id: 'gate', state: 'guarding', scored: true, sinceMs: 0, incidentOpen: false, kinds: [], fps: 15 },
  ...{ frames: 1, flagged: 0, unscored: 0, dropped: 0, connects: 1 },
}
const order = { camera: 'gate', attack: 'pattern', level: 16 / 255 } as const
const raised = alertBody({ camera: 'gate', drill: true })
const found = { incident: raised.incident, delayMs: 800 }

/** Drills on a camera that takes them; `fates` is what the broker has made of an alert, look by look. */
function drills(...fates: AlertFate[]) {
  const asked: DrillRequest[] = []
  const kept: AlertBody[] = []
  const keep = async (body: AlertBody) => ({ seq: kept.push(body) }) as Alert
  const own = createDrills(
    {
      facts: () => facts,
      send: (_, request) => asked.push(request),
      alert: keep,
      fate: () => (fates.length > 1 ? fates.shift()! : fates[0]!),
    },
    { graceMs: 10, pubackMs: 200 },
  )
  return { ...own, asked, kept, say: (body: AlertBody) => own.alerted(body, keep(body)) }
}

test('a drill is reported when it is over and the broker has acknowledged its alert', async () => {
  const { drill, asked, say, ended } = drills('waiting', 'waiting', 'acknowledged')
  const report = drill(order)
  await expect(drill(order)).rejects.toMatchObject({ code: 'FW_DRILL_REFUSED' })
  say(raised)
  say({ ...raised, phase: 'cleared' })
  ended('of another camera', { end: 'failed', frames: 0 })
  ended(asked[0]!.id, { end: 'time', frames: 48, found })
  expect(await report).toEqual({
    ...order,
    ...{ end: 'time', frames: 48, found: true, delay_ms: 800, seq: 1, broker: 'acknowledged' },
  })
  expect(asked).toHaveLength(1)
})

test.each(['denied', 'waiting', 'none'] as const)('an alert that the broker has not: %s', async (fate) => {
  const { drill, asked, say, ended } = drills(fate)
  const report = drill(order)
  say(raised)
  ended(asked[0]!.id, { end: 'time', frames: 48, found })
  expect(await report).toMatchObject({ found: true, seq: 1, broker: fate })
})

test('what was raised by a guard that went is cleared, and the camera can be drilled again', async () => {
  const { drill, asked, kept, say, camera, ended } = drills('acknowledged')
  const report = drill(order)
  say(raised)
  camera({ ...facts, state: 'backoff' })
  expect(await report).toMatchObject({ end: 'failed', frames: null, found: true, delay_ms: null, seq: 1 })
  expect(kept.map(({ phase, drill: drilled }) => [phase, drilled])).toEqual([
    ['raised', true],
    ['cleared', true],
  ])
  const again = drill(order)
  ended(asked[1]!.id, { end: 'time', frames: 40 })
  expect(await again).toMatchObject({ found: false, delay_ms: null, seq: null, broker: null })
})

test('an alert that the disk did not take is no found drill but its error', async () => {
  const { drill, asked, alerted, ended } = drills('none')
  const report = drill(order)
  alerted(raised, Promise.reject(new FwError('FW_SPOOL_DISK', 'no space')))
  alerted({ ...raised, phase: 'cleared' }, Promise.reject(new FwError('FW_SPOOL_DISK', 'no space')))
  ended(asked[0]!.id, { end: 'time', frames: 48, found })
  await expect(report).rejects.toMatchObject({ code: 'FW_SPOOL_DISK' })
})
