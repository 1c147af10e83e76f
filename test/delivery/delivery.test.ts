import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { alertSchema, diagnosticSchema } from '../../src/delivery/alert-schema.js'
import { type Delivery, type DeliveryOptions, startDelivery } from '../../src/delivery/delivery.js'
import { alertBody, cameraState, emptyFolder, until } from '../fixtures/alerts.js'
import { mqttSettings, type Seen, startBadBroker, startBroker, subscribe } from '../fixtures/broker.js'

const WEEK = { maxBytes: 256 * 2 ** 20, maxAgeMs: 7 * 86_400_000 }

async function start(change: Partial<DeliveryOptions>): Promise<{ delivery: Delivery; reported: Diagnostic[] }> {
  const reported: Diagnostic[] = []
  const stateDir = change.stateDir ?? (await emptyFolder())
  const delivery = await startDelivery({
    unit: 'gate-7',
    spool: WEEK,
    onDiagnostic: (d) => reported.push(d),
    ...change,
    stateDir,
  })
  onTestFinished(() => delivery.stop())
  return { delivery, reported }
}

function alertsIn(seen: readonly Seen[]): { seq: number; replayed: boolean; id: string }[] {
  return seen.filter(({ topic }) => topic.endsWith('/alert')).map(({ payload }) => JSON.parse(payload))
}

test('online first, then the retained state, then alerts by their schema; offline at the end', async () => {
  const broker = await startBroker()
  const seen = await subscribe(broker.url)
  const { delivery, reported } = await start({ mqtt: mqttSettings(broker.url) })
  delivery.unitState({ version: '0.1.0' })
  delivery.cameraState('north-door', cameraState())
  const alert = await delivery.alert(alertBody())
  await until(() => alertsIn(seen).length === 1, 'the alert')
  expect(seen.map(({ topic }) => topic)).toEqual([
    'framewarden/gate-7/availability',
    'framewarden/gate-7/state',
    'framewarden/gate-7/camera/north-door/state',
    'framewarden/gate-7/camera/north-door/alert',
  ])
  expect(seen[0]!.payload).toBe('online')
  expect(alertSchema.parse(alertsIn(seen)[0])).toEqual(alert)
  await until(() => delivery.snapshot().pending === 0, 'PUBACK')
  expect(delivery.snapshot()).toMatchObject({ broker: 'online', protocol: 4, seq: 1, inFlight: 0 })
  await delivery.stop()
  await until(() => seen.at(-1)!.payload === 'offline', 'offline')
  expect(reported).toEqual([])
})

test('a late subscriber finds availability, unit and camera states retained; a forgotten camera is gone', async () => {
  const broker = await startBroker()
  const { delivery } = await start({ mqtt: mqttSettings(broker.url) })
  delivery.cameraState('north-door', cameraState())
  delivery.cameraState('yard', cameraState())
  delivery.forgetCamera('yard')
  const early = await subscribe(broker.url)
  await until(() => early.some(({ topic }) => topic.endsWith('north-door/state')), 'the camera state')
  await until(() => delivery.snapshot().inFlight === 0 && delivery.snapshot().broker === 'online', 'all acknowledged')
  const late = await subscribe(broker.url)
  await until(() => late.length >= 2, 'retained messages')
  expect(late.map(({ topic }) => topic).sort()).toEqual([
    'framewarden/gate-7/availability',
    'framewarden/gate-7/camera/north-door/state',
  ])
  expect(late.every(({ retain }) => retain)).toBe(true)
})

test('a daemon that is killed is announced offline by its last will', async () => {
  const broker = await startBroker()
  const seen = await subscribe(broker.url, '+/+/availability')
  const { delivery } = await start({ mqtt: mqttSettings(broker.url) })
  await until(() => delivery.snapshot().broker === 'online', 'online')
  await until(() => seen.length > 0, 'online')
  const connection = (broker.clients.get('framewarden-gate-7') as unknown as { conn: { destroy(): void } }).conn
  connection.destroy()
  await until(() => seen.length === 3, 'offline and online again', 15_000)
  expect(seen.map(({ payload }) => payload)).toEqual(['online', 'offline', 'online'])
})

test('alerts raised while the broker is away wait on disk and arrive in order, once; state is sent again', async () => {
  const first = await startBroker()
  const { delivery, reported } = await start({ mqtt: mqttSettings(first.url) })
  delivery.cameraState('north-door', cameraState({ incident_open: true }))
  await delivery.alert(alertBody())
  await until(() => delivery.snapshot().pending === 0, 'the first alert')
  await first.close()
  await until(() => delivery.snapshot().broker === 'offline', 'offline')
  await Promise.all(Array.from({ length: 99 }, () => delivery.alert(alertBody())))
  expect(delivery.snapshot()).toMatchObject({ pending: 99, seq: 100, protocol: undefined })
  const second = await startBroker(first.port)
  const seen = await subscribe(second.url)
  await until(() => delivery.snapshot().pending === 0, 'all alerts', 20_000)
  await until(() => alertsIn(seen).length === 99, 'all alerts')
  expect(alertsIn(seen).map(({ seq }) => seq)).toEqual(Array.from({ length: 99 }, (_, i) => i + 2))
  expect(seen.filter(({ topic }) => topic.endsWith('north-door/state')).length).toBe(1)
  expect(reported.map(({ code }) => code)).toContain('FW_BROKER_UNREACHABLE')
})

test('an alert that may have been sent before is marked replayed: after a lost connection and after a restart', async () => {
  // takes the connection, acknowledges nothing: CONNACK (MQTT 3.1.1, 3.2) and then silence
  const mute = await startBadBroker((socket) => {
    socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0])))
  })
  const stateDir = await emptyFolder()
  const before = await start({ stateDir, mqtt: mqttSettings(mute.url, { protocol: 4 }) })
  await before.delivery.alert(alertBody())
  await until(() => before.delivery.snapshot().inFlight > 1, 'the alert on its way')
  await before.delivery.stop()

  const broker = await startBroker()
  const seen = await subscribe(broker.url)
  const { delivery } = await start({ stateDir, mqtt: mqttSettings(broker.url) })
  await delivery.alert(alertBody())
  await until(() => alertsIn(seen).length === 2, 'both alerts')
  expect(alertsIn(seen).map(({ seq, replayed }) => ({ seq, replayed }))).toEqual([
    { seq: 1, replayed: true },
    { seq: 2, replayed: false },
  ])
})

test('never more than 32 unacknowledged messages, and stopping takes 2 s at most', async () => {
  const broker = await startBroker()
  let publishes = 0
  broker.aedes.authorizePublish = () => {
    publishes++ // and no answer, ever
  }
  const { delivery } = await start({ mqtt: mqttSettings(broker.url) })
  await Promise.all(Array.from({ length: 200 }, () => delivery.alert(alertBody())))
  await until(() => delivery.snapshot().inFlight === 32, 'a full window')
  await until(() => publishes === 32, 'all of it at the broker')
  const begun = performance.now()
  await delivery.stop()
  expect(performance.now() - begun).toBeLessThan(15_000) // 2 s, and what a busy machine adds
  expect(publishes).toBeLessThanOrEqual(33) // and `offline`
  expect(delivery.snapshot().pending).toBe(200)
})

test('a diagnostic reaches ops by its schema; those that wait for the broker are bounded', async () => {
  const away = await startBroker()
  await away.close()
  const { delivery } = await start({ mqtt: mqttSettings(away.url) })
  for (let i = 0; i < 150; i++) {
    delivery.diagnostic({ code: 'FW_CAMERA_STALLED', subject: 'yard', text: `no frame ${i}`, count: 1 })
  }
  const broker = await startBroker(away.port)
  const seen = await subscribe(broker.url, '+/+/diagnostic')
  await until(() => seen.length === 100, 'the newest 100')
  const last = diagnosticSchema.parse(JSON.parse(seen.at(-1)!.payload))
  expect(last).toMatchObject({ code: 'FW_CAMERA_STALLED', subject: 'yard', text: 'no frame 149', count: 1 })
})

test('without a broker alerts are on disk and the rest is quiet', async () => {
  const { delivery, reported } = await start({})
  expect((await delivery.alert(alertBody())).seq).toBe(1)
  delivery.cameraState('yard', cameraState())
  delivery.stats('yard', {})
  delivery.forgetCamera('yard')
  expect(delivery.snapshot()).toMatchObject({ broker: 'off', pending: 1, seq: 1 })
  expect(reported).toEqual([])
})

test('two deliveries cannot share a state_dir, and the second leaves the first one alone', async () => {
  const { delivery } = await start({ stateDir: await emptyFolder() })
  const stateDir = await emptyFolder()
  const first = await start({ stateDir })
  await expect(start({ stateDir })).rejects.toMatchObject({ code: 'FW_STATE_LOCKED' })
  expect((await first.delivery.alert(alertBody())).seq).toBe(1)
  await delivery.stop()
})

test('a bad url is refused before anything else happens, and the lock is free again', async () => {
  const stateDir = await emptyFolder()
  await expect(start({ stateDir, mqtt: mqttSettings('http://broker') })).rejects.toMatchObject({
    code: 'FW_CONFIG_VALUE',
  })
  await start({ stateDir })
})

test('what cannot be started leaves nothing open: once the cause is mended it starts', async () => {
  const stateDir = await emptyFolder()
  await writeFile(join(stateDir, 'spool'), '')
  await expect(start({ stateDir })).rejects.toMatchObject({ code: 'FW_SPOOL_DISK' })
  expect(await readdir(stateDir)).toEqual(['spool'])
  await rm(join(stateDir, 'spool'))
  const { delivery } = await start({ stateDir })
  expect((await delivery.alert(alertBody())).seq).toBe(1)
})

test('stopped and started again in quick succession, also with a broker that never answers', async () => {
  const mute = await startBadBroker(() => {})
  const stateDir = await emptyFolder()
  for (let seq = 1; seq <= 10; seq++) {
    const { delivery, reported } = await start({ stateDir, mqtt: mqttSettings(mute.url) })
    expect((await delivery.alert(alertBody())).seq).toBe(seq)
    const begun = performance.now()
    await delivery.stop()
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(reported).toEqual([])
  }
})

test('another broker takes over: alerts go on counting meanwhile, states are reported again there, the first one hears offline', async () => {
  const [first, second] = [await startBroker(), await startBroker()]
  const [before, after] = [await subscribe(first.url), await subscribe(second.url)]
  const { delivery, reported } = await start({ mqtt: mqttSettings(first.url) })
  delivery.unitState({ version: '0.1.0' })
  delivery.cameraState('yard', cameraState())
  await delivery.alert(alertBody())
  await until(() => delivery.snapshot().pending === 0, 'the first alert')
  const replaced = delivery.replaceBroker(mqttSettings(second.url))
  const meanwhile = await Promise.all([delivery.alert(alertBody()), delivery.alert(alertBody())])
  delivery.diagnostic({ code: 'FW_CAMERA_STALLED', subject: 'yard', text: 'no frame', count: 1 })
  expect(meanwhile.map(({ seq }) => seq)).toEqual([2, 3])
  await replaced
  await until(
    () => alertsIn(after).length === 2 && after.some(({ topic }) => topic.endsWith('/diagnostic')),
    'the rest',
  )
  expect(alertsIn(after).map(({ seq }) => seq)).toEqual([2, 3])
  expect(after.filter(({ topic }) => /availability|state$/.test(topic)).map(({ payload }) => payload)).toEqual([
    'online',
    '{"version":"0.1.0"}',
    JSON.stringify(cameraState()),
  ])
  expect([alertsIn(before).length, before.at(-1)!.payload]).toEqual([1, 'offline'])
  expect(reported).toEqual([])
})

test('of brokers that are named one shortly after the other the last one stays, whatever those between do', async () => {
  const mute = await startBadBroker(() => {})
  const broker = await startBroker()
  const seen = await subscribe(broker.url)
  const { delivery } = await start({ mqtt: mqttSettings(mute.url) })
  const replaced: Promise<void>[] = []
  for (const url of [broker.url, mute.url, mute.url, broker.url]) {
    replaced.push(delivery.replaceBroker(mqttSettings(url)))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await Promise.all(replaced)
  await delivery.alert(alertBody())
  await until(() => alertsIn(seen).length === 1, 'the alert')
  await until(() => delivery.snapshot().broker === 'online', 'online')
  expect(seen[0]!.payload).toBe('online')
})

test('a bad url in place of a broker that works changes nothing', async () => {
  const broker = await startBroker()
  const seen = await subscribe(broker.url)
  const { delivery } = await start({ mqtt: mqttSettings(broker.url) })
  await until(() => delivery.snapshot().broker === 'online', 'online')
  const { since } = delivery.snapshot()
  await expect(delivery.replaceBroker(mqttSettings('ws://broker'))).rejects.toMatchObject({ code: 'FW_CONFIG_VALUE' })
  await delivery.alert(alertBody())
  await until(() => alertsIn(seen).length === 1, 'the alert')
  expect(delivery.snapshot()).toMatchObject({ broker: 'online', since })
})

test('without a broker from now on, and with one again: what came between is delivered', async () => {
  const broker = await startBroker()
  const seen = await subscribe(broker.url)
  const { delivery } = await start({ mqtt: mqttSettings(broker.url) })
  await delivery.replaceBroker(undefined)
  await delivery.alert(alertBody())
  expect(delivery.snapshot()).toMatchObject({ broker: 'off', pending: 1 })
  await delivery.replaceBroker(mqttSettings(broker.url))
  await until(() => alertsIn(seen).length === 1, 'the alert')
})

test('a broker that closes the connection on a topic, as 3.1.1 lets it: alerts and states arrive, the topic is reported and left', async () => {
  const broker = await startBroker()
  broker.aedes.authorizePublish = (_client, { topic }, done) =>
    done(topic.startsWith('homeassistant/') ? new Error('not granted') : null)
  const seen = await subscribe(broker.url)
  const homeAssistant = { enabled: true, prefix: 'homeassistant' }
  const { delivery, reported } = await start({ mqtt: mqttSettings(broker.url, { homeAssistant }) })
  for (const id of ['yard', 'gate']) delivery.cameraState(id, cameraState())
  for (let i = 0; i < 21; i++) await delivery.alert(alertBody())
  await until(() => new Set(alertsIn(seen).map(({ id }) => id)).size === 21, 'all alerts', 30_000)
  await until(() => seen.some(({ topic }) => topic.endsWith('gate/state')), 'the last state', 30_000)
  const denial = await until(() => reported.find(({ code }) => code === 'FW_BROKER_DENIED'), 'the diagnostic', 30_000)
  expect(denial.text).toMatch(
    /^homeassistant\/\S+: the broker closes the connection on it; grant write on homeassistant\/#$/,
  )
  await until(() => delivery.snapshot().broker === 'online', 'online', 30_000)
})

test('Home Assistant entities come with the first state of a camera and go when it is forgotten', async () => {
  const broker = await startBroker()
  const seen = await subscribe(broker.url, 'homeassistant/#')
  const { delivery } = await start({
    mqtt: mqttSettings(broker.url, { homeAssistant: { enabled: true, prefix: 'homeassistant' } }),
  })
  delivery.cameraState('yard', cameraState())
  delivery.cameraState('yard', cameraState({ state: 'stalled' }))
  const ofCamera = () => seen.filter(({ topic }) => topic.includes('_yard/'))
  await until(() => ofCamera().length === 11, 'all entities, and what the settings leave out')
  expect(ofCamera().filter(({ payload }) => payload !== '')).toHaveLength(6)
  delivery.forgetCamera('yard')
  await until(() => ofCamera().length === 22, 'their removal')
  const [there, gone] = [ofCamera().slice(0, 11), ofCamera().slice(11)]
  expect(new Set(gone.map(({ payload }) => payload))).toEqual(new Set(['']))
  expect(gone.map(({ topic }) => topic)).toEqual(there.map(({ topic }) => topic))
})

test('a camera that left the configuration while the daemon was down leaves no retained state', async () => {
  const broker = await startBroker()
  const stateDir = await emptyFolder()
  const before = await start({ stateDir, mqtt: mqttSettings(broker.url) })
  for (const id of ['yard', 'gate']) before.delivery.cameraState(id, cameraState())
  await until(() => before.delivery.snapshot().broker === 'online', 'online')
  await before.delivery.stop()
  const after = await start({ stateDir, mqtt: mqttSettings(broker.url), cameras: ['gate'] })
  after.delivery.cameraState('gate', cameraState({ state: 'connecting' }))
  await until(() => after.delivery.snapshot().broker === 'online', 'online')
  await after.delivery.stop()
  const late = await subscribe(broker.url)
  await until(() => late.length >= 2, 'retained messages')
  expect(late.map(({ topic }) => topic)).toEqual([
    'framewarden/gate-7/availability',
    'framewarden/gate-7/camera/gate/state',
  ])
})
