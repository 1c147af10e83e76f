import { expect, test } from 'vitest'
import type { AlertBody } from '../../src/core/alert.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { FwError } from '../../src/core/errors.js'
import type { FromGuard } from '../../src/core/guard-protocol.js'
import { cameraLedger } from '../../src/daemon/camera-ledger.js'
import { guardMessages } from '../../src/daemon/guard-messages.js'
import { openIncidents } from '../../src/daemon/open-incidents.js'
import { alertBody, emptyFolder } from '../fixtures/alerts.js'

const alert = (phase: 'raised' | 'cleared'): FromGuard => ({
  type: 'alert',
  body: alertBody({ camera: 'gate', phase }),
  ageMs: 150,
  incident: { id: 'i', phase, sinceMs: 1, raisedAtMs: 1, updatedAtMs: 1, kind: 'noise', score: 9 },
})

/** `keep` is what the spool does with an alert. */
async function taken(keep: (body: AlertBody) => Promise<void>) {
  const folder = await emptyFolder()
  const ledger = cameraLedger({ nowMs: () => 0, wallMs: (ms) => ms }, () => {})
  ledger.add('gate', [])
  const diagnostics: Diagnostic[] = []
  const clock = { ms: 0 }
  const messages = guardMessages(
    ledger,
    openIncidents(folder, () => {}),
    { nowMs: () => clock.ms },
    {
      onAlert: keep,
      onDiagnostic: (d) => diagnostics.push(d),
      onGuards: () => {},
      onDrill: () => {},
      onSnapshot: () => {},
    },
  )
  return { ledger, messages, diagnostics, clock, onDisk: () => openIncidents(folder, () => {}).all() }
}

test('an incident is on disk after its alert, never before', async () => {
  let safe: () => void = () => {}
  const { ledger, messages, onDisk } = await taken(() => new Promise((resolve) => (safe = resolve)))
  messages.take(alert('raised'))
  expect(ledger.get('gate')).toMatchObject({ incidentOpen: true })
  expect(onDisk()).toEqual([])
  safe()
  await messages.settled()
  expect(onDisk().map(({ incident }) => incident.id)).toEqual(['i'])
  messages.take(alert('cleared'))
  safe()
  await messages.settled()
  expect(ledger.get('gate')).toMatchObject({ incidentOpen: false })
  expect(onDisk()).toEqual([])
})

test('the latency of an alarm is from the capture of its frame until it is on disk; one that ends says nothing of it', async () => {
  let safe: () => void = () => {}
  const { ledger, messages, clock } = await taken(() => new Promise((resolve) => (safe = resolve)))
  expect(ledger.get('gate')).not.toHaveProperty('alarmP50Ms')
  for (const tookMs of [30, 10, 20]) {
    for (const phase of ['raised', 'cleared'] as const) {
      messages.take(alert(phase))
      clock.ms += phase === 'raised' ? tookMs : 1_000
      safe()
      await messages.settled()
    }
  }
  expect(ledger.get('gate')).toMatchObject({ alarmP50Ms: 170, alarmP95Ms: 180 })
})

test('an alert that the disk does not take is reported', async () => {
  const { messages, diagnostics, onDisk } = await taken(() => Promise.reject(new FwError('FW_SPOOL_DISK', 'no space')))
  messages.take(alert('raised'))
  await messages.settled()
  expect(diagnostics).toMatchObject([{ code: 'FW_SPOOL_DISK', text: 'no space' }])
  expect(onDisk()).toEqual([])
})

test('an alert of a drill is kept like any other, and opens no incident', async () => {
  const kept: AlertBody[] = []
  const { ledger, messages, onDisk } = await taken(async (body) => void kept.push(body))
  const raised = alert('raised') as Extract<FromGuard, { type: 'alert' }>
  messages.take({ ...raised, body: { ...raised.body, drill: true } })
  await messages.settled()
  expect(kept).toMatchObject([{ phase: 'raised', drill: true }])
  expect(ledger.get('gate')).toMatchObject({ incidentOpen: false })
  expect(onDisk()).toEqual([])
})
