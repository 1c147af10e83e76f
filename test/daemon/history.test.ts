import { expect, onTestFinished, test } from 'vitest'
import type { LoggedIncident } from '../../src/core/incident-history.js'
import { openHistory } from '../../src/daemon/history.js'
import { startDelivery } from '../../src/delivery/delivery.js'
import { alertBody, emptyFolder } from '../fixtures/alerts.js'

/** A history on a real spool. `crash` leaves both as a kill would, with what was written so far. */
async function started(stateDir: string) {
  const spool = { maxBytes: 1024 * 1024, maxAgeMs: 86_400_000 }
  const delivery = await startDelivery({ unit: 'gate-7', stateDir, spool, onDiagnostic: () => {} })
  onTestFinished(delivery.stop)
  const seen: LoggedIncident[] = []
  const history = await openHistory(
    stateDir,
    delivery,
    () => {},
    (incident) => seen.push(incident),
  )
  return { delivery, history, seen }
}

test('alerts that a killed daemon had kept and not yet written into the history are in it after the next start', async () => {
  const dir = await emptyFolder()
  const first = await started(dir)
  await first.history.alert(alertBody({ incident: 'a' }))
  await first.history.flush()
  await first.delivery.alert(alertBody({ incident: 'a', phase: 'cleared' })) // and then it was killed
  await first.delivery.alert(alertBody({ incident: 'b' }))
  await first.delivery.stop()
  const { history } = await started(dir)
  expect(history.incidents().map(({ id, phase, alerts }) => [id, phase, alerts])).toEqual([
    ['b', 'raised', 1],
    ['a', 'cleared', 2],
  ])
})

test('an open incident that no guard carries on is cleared, drills too, once', async () => {
  const { history, delivery } = await started(await emptyFolder())
  await history.alert(alertBody({ incident: 'lost' }))
  await history.alert(alertBody({ incident: 'drilled', drill: true }))
  await history.alert(alertBody({ incident: 'carried' }))
  await history.clearLeft(new Set(['carried']))
  await history.clearLeft(new Set(['carried']))
  const alerts = []
  for await (const alert of delivery.kept(3)) alerts.push(alert)
  expect(alerts.map(({ incident, phase, drill }) => [incident, phase, drill])).toEqual([
    ['drilled', 'cleared', true],
    ['lost', 'cleared', false],
  ])
  expect(history.incidents({ open: true }).map(({ id }) => id)).toEqual(['carried'])
})

test('an incident is acknowledged once, by its id or as the newest of its camera', async () => {
  const { history, seen } = await started(await emptyFolder())
  await history.alert(alertBody({ incident: 'a' }))
  await history.alert(alertBody({ incident: 'b' }))
  const order = { camera: 'north-door', by: 'page', note: 'a lorry' }
  expect(history.acknowledge(order)).toMatchObject({ id: 'b', acknowledged: { by: 'page', note: 'a lorry' } })
  expect(history.acknowledge({ incident: 'b', by: 'mqtt', note: '' }).acknowledged).toMatchObject({ by: 'page' })
  expect(history.acknowledge(order)).toMatchObject({ id: 'a' })
  expect(() => history.acknowledge(order)).toThrow("camera 'north-door' has no incident that is not acknowledged")
  expect(() => history.acknowledge({ incident: 'x', by: 'mqtt', note: '' })).toThrow("no incident 'x'")
  expect(seen.map(({ id }) => id)).toEqual(['b', 'a'])
})
