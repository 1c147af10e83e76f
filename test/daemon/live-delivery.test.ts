import { renameSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { diagnostic } from '../../src/core/diagnostic.js'
import { startLiveDelivery } from '../../src/daemon/live-delivery.js'
import type { DeliveryOptions } from '../../src/delivery/delivery.js'
import { alertBody, emptyFolder, until } from '../fixtures/alerts.js'
import { mqttSettings, startBroker, subscribe } from '../fixtures/broker.js'

const retention = { maxBytes: 1 << 20, maxAgeMs: 86_400_000 }

async function live() {
  const stateDir = await emptyFolder()
  const brokers = [await startBroker(), await startBroker()]
  const seen = await Promise.all(brokers.map((broker) => subscribe(broker.url)))
  const diagnostics: Diagnostic[] = []
  const options = (broker: 0 | 1): DeliveryOptions => ({
    unit: 'test',
    stateDir,
    mqtt: mqttSettings(brokers[broker]!.url),
    spool: retention,
    onDiagnostic: (d) => diagnostics.push(d),
  })
  const delivery = await startLiveDelivery(options(0))
  onTestFinished(delivery.stop)
  const alerts = (broker: 0 | 1) =>
    seen[broker]!.filter((m) => m.topic.endsWith('/alert')).map((m) => JSON.parse(m.payload).seq as number)
  return { delivery, options, stateDir, seen, alerts, diagnostics }
}

test('alerts that come during the exchange are kept, and go to the new broker in order', async () => {
  const { delivery, options, alerts } = await live()
  await delivery.alert(alertBody())
  await until(() => alerts(0).length === 1, 'the first alert')
  const replaced = delivery.replace(options(1))
  const seqs = await Promise.all([1, 2, 3].map(() => delivery.alert(alertBody()).then((alert) => alert.seq)))
  await replaced
  expect(seqs).toEqual([2, 3, 4])
  await until(() => alerts(1).length >= 3, 'the alerts at the new broker')
  expect(alerts(1)).toEqual([2, 3, 4])
  expect(alerts(0)).toEqual([1])
})

test('a diagnostic that comes during the exchange is published after it', async () => {
  const { delivery, options, seen } = await live()
  const replaced = delivery.replace(options(1))
  delivery.diagnostic(diagnostic('FW_CAMERA_AUTH', 'gate', 'no'))
  await replaced
  const [message] = await until(() => {
    const found = seen[1]!.filter((m) => m.topic === 'framewarden/test/diagnostic')
    return found.length > 0 && found
  }, 'the diagnostic')
  expect(JSON.parse(message!.payload)).toMatchObject({ code: 'FW_CAMERA_AUTH', subject: 'gate' })
})

test('options that cannot be used leave the delivery of before in place', async () => {
  const { delivery, options, alerts } = await live()
  const bad = { ...options(1), mqtt: mqttSettings('ws://nowhere') }
  await expect(delivery.replace(bad)).rejects.toMatchObject({ code: 'FW_CONFIG_VALUE' })
  await delivery.alert(alertBody())
  await until(() => alerts(0).length === 1, 'the alert')
})

test('a spool that cannot be opened again is tried until it can be, and the alerts wait', async () => {
  const { delivery, options, stateDir, alerts, diagnostics } = await live()
  const spool = join(stateDir, 'spool')
  renameSync(spool, `${spool}.away`)
  writeFileSync(spool, '') // a file where the folder should be: refused for root, too
  const replaced = delivery.replace(options(1))
  const waiting = delivery.alert(alertBody())
  await until(() => diagnostics.some((d) => d.subject === 'delivery' && d.code.startsWith('FW_')), 'it is told')
  expect(delivery.snapshot().broker).toBe('connecting')
  await rm(spool)
  await expect(replaced).rejects.toThrow()
  expect((await waiting).seq).toBe(1)
  await until(() => alerts(0).length === 1, 'the alert, at the broker of before')
})

test('a delivery is stopped in the midst of trying', async () => {
  const { delivery, options, stateDir, diagnostics } = await live()
  const spool = join(stateDir, 'spool')
  renameSync(spool, `${spool}.away`)
  writeFileSync(spool, '')
  const replaced = delivery.replace(options(1)).catch((error: Error) => error.name)
  await until(() => diagnostics.some((d) => d.subject === 'delivery'), 'it is told')
  await delivery.stop()
  expect(await replaced).toBe('AbortError')
})
