import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, type IPublishPacket } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import type { MqttSettings } from '../../src/core/settings.js'
import { alertSchema } from '../../src/delivery/alert-schema.js'
import { type Delivery, startDelivery } from '../../src/delivery/delivery.js'
import { probeBroker } from '../../src/delivery/mqtt/probe-broker.js'
import type { AnswerRequest } from '../../src/delivery/mqtt/request-inbox.js'
import { alertBody, cameraState, emptyFolder, until } from '../fixtures/alerts.js'
import { mqttSettings, type Seen } from '../fixtures/broker.js'
import { type Certificates, type Mosquitto, makeCertificates, startMosquitto } from './mosquitto-broker.js'

const WEEK = { maxBytes: 256 * 2 ** 20, maxAgeMs: 7 * 86_400_000 }

async function mosquitto(config: Parameters<typeof startMosquitto>[0]): Promise<Mosquitto> {
  const broker = await startMosquitto(config)
  onTestFinished(() => broker.remove())
  return broker
}

async function start(
  mqtt: MqttSettings,
  stateDir?: string,
  onRequest?: AnswerRequest,
): Promise<{ delivery: Delivery; reported: Diagnostic[] }> {
  const reported: Diagnostic[] = []
  const delivery = await startDelivery({
    unit: 'gate-7',
    stateDir: stateDir ?? (await emptyFolder()),
    mqtt,
    spool: WEEK,
    onRequest,
    onDiagnostic: (d) => reported.push(d),
  })
  onTestFinished(() => delivery.stop())
  return { delivery, reported }
}

interface Received extends Seen {
  readonly properties?: { contentType?: string; correlationData?: Buffer }
}

async function subscribe(mqtt: MqttSettings, filter = 'framewarden/#'): Promise<Received[]> {
  const seen: Received[] = []
  const { url, username, password, ca, cert, key } = mqtt
  const client = connect(url, { protocolVersion: 5, reconnectPeriod: 200, username, password, ca, cert, key })
  client.on('message', (topic, payload, { retain, properties }) => {
    seen.push({ topic, payload: payload.toString(), retain, properties })
  })
  client.on('connect', () => client.subscribe(filter, { qos: 1 }))
  onTestFinished(async () => {
    await client.endAsync(true)
  })
  await until(() => client.connected, 'the subscriber')
  return seen
}

function alertsIn(seen: readonly Seen[]): { seq: number; id: string; replayed: boolean }[] {
  return seen.filter(({ topic }) => topic.endsWith('/alert')).map(({ payload }) => JSON.parse(payload))
}

test('protocol 5: alerts, retained state, content type, the window that the broker asks for, offline at the end', async () => {
  const broker = await mosquitto(() => ['allow_anonymous true', 'max_inflight_messages 7'])
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`)
  const seen = await subscribe(mqtt)
  const { delivery, reported } = await start(mqtt)
  delivery.unitState({ version: '0.1.0' })
  for (let i = 0; i < 40; i++) delivery.cameraState(`camera-${i}`, cameraState())
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, delivery.snapshot().inFlight)
  }, 1)
  await Promise.all(Array.from({ length: 1_000 }, () => delivery.alert(alertBody())))
  await until(() => alertsIn(seen).length === 1_000, 'the alerts', 30_000)
  await until(() => delivery.snapshot().pending === 0, 'their PUBACK')
  clearInterval(watch)
  expect(most).toBeLessThanOrEqual(20) // what Mosquitto 2.0 asks for, whatever max_inflight_messages says
  expect(delivery.snapshot()).toMatchObject({ broker: 'online', protocol: 5 })
  expect(alertsIn(seen).map(({ seq }) => seq)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1))
  alertSchema.parse(alertsIn(seen)[0])
  expect(seen.find(({ topic }) => topic.endsWith('/alert'))!.properties).toMatchObject({
    contentType: 'application/json',
  })
  const retained = () => new Set(seen.map(({ topic }) => topic).filter((topic) => !topic.endsWith('/alert'))).size
  await until(() => retained() === 42, 'the states, which alerts go before')
  const late = await subscribe(mqtt)
  await until(() => late.length === 42, 'retained messages')
  expect(late.every(({ retain }) => retain)).toBe(true)
  await delivery.stop()
  await until(() => seen.at(-1)!.payload === 'offline', 'offline')
  expect(reported).toEqual([])
})

test('password: the right one is taken, a wrong one is FW_BROKER_REFUSED, and no secret is reported', async () => {
  const broker = await mosquitto((folder) => {
    execFileSync('mosquitto_passwd', ['-b', '-c', join(folder, 'passwords'), 'gate-7', 'right'], { stdio: 'pipe' })
    execFileSync('chmod', ['644', join(folder, 'passwords')])
    return [`password_file ${join(folder, 'passwords')}`]
  })
  const right = mqttSettings(`mqtt://127.0.0.1:${broker.port}`, { username: 'gate-7', password: 'right' })
  const good = await start(right)
  await good.delivery.alert(alertBody())
  await until(() => good.delivery.snapshot().pending === 0, 'PUBACK')
  const wrong = { ...right, password: 'wr0ng-secret' }
  const bad = await start(wrong)
  await until(() => bad.reported.length > 0, 'the diagnostic')
  expect(bad.reported[0]).toMatchObject({
    code: 'FW_BROKER_REFUSED',
    text: expect.stringContaining('Not authorized (0x87)'),
  })
  expect(JSON.stringify([bad.reported, bad.delivery.snapshot(), await probeBroker(wrong)])).not.toContain(
    'wr0ng-secret',
  )
  expect(await probeBroker(right)).toMatchObject({ ok: true, protocol: 5 })
})

test('TLS with a client certificate; an unknown authority, a wrong name, a missing certificate are FW_BROKER_TLS', async () => {
  let certificates: Certificates | undefined
  const broker = await mosquitto(async (folder) => {
    certificates = await makeCertificates(folder)
    const { serverCert, serverKey } = certificates
    const files = [`cafile ${join(folder, 'ca.pem')}`, `certfile ${serverCert}`, `keyfile ${serverKey}`]
    return [...files, 'require_certificate true', 'use_identity_as_username true']
  })
  const { ca, clientCert, clientKey } = certificates!
  const url = `mqtts://localhost:${broker.port}`
  const full = mqttSettings(url, { ca, cert: clientCert, key: clientKey })
  const seen = await subscribe(full)
  const { delivery, reported } = await start(full)
  await delivery.alert(alertBody())
  await until(() => alertsIn(seen).length === 1, 'the alert')
  expect(reported).toEqual([])
  const probe = await probeBroker(full)
  expect(probe).toMatchObject({ ok: true, protocol: 5 })
  expect(probe.text).toMatch(/MQTT 5, TLSv1\.3, certificate valid until /)
  for (const [what, mqtt] of [
    ['unknown authority', { ...full, ca: undefined }],
    ['wrong name', { ...full, url: `mqtts://127.0.0.1:${broker.port}` }],
    ['no client certificate', { ...full, cert: undefined, key: undefined }],
  ] as const) {
    expect([what, (await probeBroker(mqtt)).text]).toEqual([what, expect.stringMatching(/^FW_BROKER_TLS: /)])
  }
})

test('a broker killed with alerts on their way, away, and back: each arrives, in order, state and availability too', async () => {
  const broker = await mosquitto(() => ['allow_anonymous true'])
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`)
  const seen = await subscribe(mqtt)
  const { delivery, reported } = await start(mqtt)
  delivery.cameraState('north-door', cameraState({ incident_open: true }))
  const first = Array.from({ length: 500 }, () => delivery.alert(alertBody()))
  await until(() => delivery.snapshot().inFlight > 0, 'alerts on their way')
  await broker.kill()
  await Promise.all(first)
  await until(() => delivery.snapshot().broker === 'offline', 'offline')
  await Promise.all(Array.from({ length: 500 }, () => delivery.alert(alertBody())))
  expect(delivery.snapshot().pending).toBeGreaterThanOrEqual(500)
  const before = seen.length
  await broker.start()
  await until(() => delivery.snapshot().pending === 0, 'all acknowledged', 60_000)
  expect(reported.map(({ code }) => code)).toContain('FW_BROKER_UNREACHABLE')
  // the subscriber may have come back after the first of them: what the broker holds is retained state, and the alerts it saw are in order
  const late = await subscribe(mqtt)
  await until(() => late.length === 2, 'retained messages')
  expect(late.map(({ topic, payload }) => `${topic} ${payload}`)).toContain('framewarden/gate-7/availability online')
  const again = alertsIn(seen.slice(before)).map(({ seq }) => seq)
  expect(again).toEqual([...again].sort((a, b) => a - b))
})

test('alerts of a run that ended without a broker are sent by the next one, marked replayed', async () => {
  const broker = await mosquitto(() => ['allow_anonymous true'])
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`)
  const stateDir = await emptyFolder()
  await broker.kill()
  const before = await start(mqtt, stateDir)
  for (let i = 0; i < 3; i++) await before.delivery.alert(alertBody())
  await before.delivery.stop()
  await broker.start()
  const seen = await subscribe(mqtt)
  const { delivery } = await start(mqtt, stateDir)
  await delivery.alert(alertBody())
  await until(() => alertsIn(seen).length === 4, 'all alerts')
  expect(alertsIn(seen).map(({ seq, replayed }) => [seq, replayed])).toEqual([
    [1, true],
    [2, true],
    [3, true],
    [4, false],
  ])
})

/** Mosquitto 2.0.11 (Debian 12) with this answers a denied PUBLISH with 0x87 and drops the client. */
const DROPS_WHO_IS_DENIED = 'max_queued_messages 0'

function withRights(rights: readonly string[], ...lines: string[]) {
  return async (folder: string) => {
    const file = join(folder, 'acl')
    await writeFile(file, ['topic read #', ...rights.map((filter) => `topic write ${filter}`), ''].join('\n'))
    return ['allow_anonymous true', `acl_file ${file}`, ...lines]
  }
}

test.each([
  ['and goes on', []],
  ['and drops the client', [DROPS_WHO_IS_DENIED]],
])('an alert that the broker denies %s is set aside with FW_BROKER_DENIED and holds up nothing', async (_, lines) => {
  const granted = ['framewarden/gate-7/availability', 'framewarden/gate-7/camera/yard/#']
  const broker = await mosquitto(withRights(granted, ...lines))
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`)
  const seen = await subscribe(mqtt)
  const stateDir = await emptyFolder()
  const { delivery, reported } = await start(mqtt, stateDir)
  await delivery.alert(alertBody({ camera: 'north-door' }))
  await delivery.alert(alertBody({ camera: 'yard' }))
  await until(() => delivery.snapshot().pending === 0, 'both settled')
  await until(() => alertsIn(seen).length > 0, 'the one that is allowed')
  expect(alertsIn(seen).map(({ seq }) => seq)).toEqual([2])
  const denials = reported.filter(({ code }) => code === 'FW_BROKER_DENIED')
  expect(denials.map(({ text }) => text)).toEqual([
    'framewarden/gate-7/camera/north-door/alert: Not authorized (0x87); grant write on framewarden/gate-7/#; alert 1 is kept in spool/denied.jsonl',
  ])
  const denied = join(stateDir, 'spool', 'denied.jsonl')
  await until(() => existsSync(denied), 'the list')
  expect(JSON.parse(await readFile(denied, 'utf8'))).toMatchObject({
    topic: 'framewarden/gate-7/camera/north-door/alert',
  })
  await until(() => delivery.snapshot().broker === 'online', 'online')
})

test('rights on framewarden/# alone, at a broker that drops who is denied: every alert arrives, discovery is reported and left', async () => {
  const broker = await mosquitto(withRights(['framewarden/#'], DROPS_WHO_IS_DENIED))
  const homeAssistant = { enabled: true, prefix: 'homeassistant' }
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`, { homeAssistant })
  const seen = await subscribe(mqtt, '#')
  const { delivery, reported } = await start(mqtt)
  for (let i = 0; i < 3; i++) delivery.cameraState(`camera-${i}`, cameraState())
  for (let i = 0; i < 21; i++) await delivery.alert(alertBody())
  const arrived = () => new Set(alertsIn(seen).map(({ id }) => id)).size
  await until(() => arrived() === 21 && delivery.snapshot().pending === 0, 'all alerts')
  const stateOf = (id: string) => seen.filter(({ topic }) => topic.endsWith(`${id}/state`)).length
  await until(() => stateOf('camera-2') > 0, 'the last of the states')
  const denial = await until(() => reported.find(({ code }) => code === 'FW_BROKER_DENIED'), 'the diagnostic')
  expect(denial.text).toMatch(/^homeassistant\/\S+\/config: Not authorized \(0x87\); grant write on homeassistant\/#$/)
  expect(reported.map(({ code }) => code)).not.toContain('FW_BROKER_KICKED')

  // from now on nothing is denied and no connection lost
  await until(() => delivery.snapshot().broker === 'online', 'online')
  const trouble = () =>
    broker.log().filter((line) => /Denied PUBLISH|New client connected .* framewarden-gate-7 /.test(line))
  const before = trouble()
  delivery.cameraState('camera-0', cameraState({ state: 'stalled' }))
  delivery.cameraState('camera-9', cameraState())
  await delivery.alert(alertBody())
  await until(() => arrived() === 22 && stateOf('camera-9') > 0, 'alert and states')
  expect(trouble()).toEqual(before)

  await writeFile(join(broker.folder, 'acl'), 'topic readwrite #\n')
  broker.reload()
  await until(() => broker.log().some((line) => line.includes('Reloading config')), 'new rights')
  delivery.retryDenied()
  const announced = () => new Set(seen.flatMap(({ topic }) => (topic.startsWith('homeassistant/') ? [topic] : []))).size
  await until(() => announced() === 1 + 4 * 11, 'the unit, and all entities of each of four cameras')
})

test('ONVIF events: retained at Mosquitto, changed one by one, deleted when the camera is away and when the unit stops', async () => {
  const broker = await mosquitto(() => ['allow_anonymous true'])
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`, { onvifEvents: true })
  const filter = 'framewarden/gate-7/onvif-ej/#'
  const seen = await subscribe(mqtt, filter)
  const { delivery } = await start(mqtt)
  const last = (event: string) =>
    seen.findLast(({ topic }) => topic === `framewarden/gate-7/onvif-ej/VideoSource/${event}/&yard`)?.payload
  const state = (event: string) => JSON.parse(last(event) || '{}').Data?.State
  delivery.cameraState('yard', cameraState())
  await until(() => seen.length === 9, 'every property')
  delivery.cameraState('yard', cameraState({ incident_open: true, kinds: ['covered'] }))
  const covered = 'GlobalSceneChange/AnalyticsService'
  await until(() => state(covered) === true, 'the tamper')
  expect(seen).toHaveLength(10)
  // who subscribes later gets what is so now
  const late = await subscribe(mqtt, filter)
  await until(() => late.length === 9, 'the retained properties')
  expect(new Set(late.map(({ retain }) => retain))).toEqual(new Set([true]))
  expect(late.filter(({ payload }) => JSON.parse(payload).Data.State).map(({ topic }) => topic)).toEqual([
    'framewarden/gate-7/onvif-ej/VideoSource/GlobalSceneChange/AnalyticsService/&yard',
  ])
  const cause = { code: 'FW_CAMERA_UNREACHABLE', text: 'no route' } as const
  delivery.cameraState('yard', cameraState({ state: 'backoff', scored: false, cause }))
  await until(() => state('SignalLoss') === true && last(covered) === '', 'the loss, and that nobody looks')
  await delivery.stop()
  await until(() => last('SignalLoss') === '', 'the last one to go')
  const after = await subscribe(mqtt, 'framewarden/gate-7/#')
  await until(() => after.some(({ topic }) => topic.endsWith('/availability')), 'what is retained')
  expect(after.filter(({ topic }) => topic.includes('onvif-ej'))).toEqual([])
})

test('a request that names a response topic is answered there, with its correlation data; one that must not be heard there is not', async () => {
  const broker = await mosquitto(() => ['allow_anonymous true'])
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`)
  const seen = await subscribe(mqtt, '#')
  const { delivery } = await start(mqtt, undefined, async (verb, payload) => `${verb} ${payload}`)
  await until(() => delivery.snapshot().broker === 'online', 'online')
  await until(() => broker.log().some((line) => line.includes('gate-7/request/snapshot (QoS 1)')), 'who listens')
  const client = connect(mqtt.url, { protocolVersion: 5 })
  onTestFinished(() => void client.end(true))
  const ask = (payload: string, properties: IPublishPacket['properties']) =>
    client.publishAsync('framewarden/gate-7/request/snapshot', payload, { qos: 1, properties })
  const answer = (payload: string) => seen.find((one) => one.payload === `snapshot ${payload}`)
  await ask('there', { responseTopic: 'ops/console-3', correlationData: Buffer.from([0, 7, 255]) })
  const there = await until(() => answer('there'), 'the answer')
  expect([there.topic, there.properties?.correlationData]).toEqual(['ops/console-3', Buffer.from([0, 7, 255])])
  expect(there.properties?.contentType).toBe('application/json')
  await ask('own', { responseTopic: 'framewarden/gate-7/response/console-3' })
  expect((await until(() => answer('own'), 'the answer')).topic).toBe('framewarden/gate-7/response/console-3')
  const forbidden = ['framewarden/gate-7/camera/yard/alert', 'framewarden/gate-8/request/drill']
  for (const responseTopic of forbidden) {
    await ask(responseTopic, { responseTopic })
    const { topic } = await until(() => answer(responseTopic), 'the answer')
    expect(topic).toBe('framewarden/gate-7/response/snapshot')
  }
  await ask('nowhere', {})
  expect((await until(() => answer('nowhere'), 'the answer')).topic).toBe('framewarden/gate-7/response/snapshot')
})

test('a second client with the name of this unit: FW_BROKER_KICKED, though Mosquitto 2.0 just closes the connection', async () => {
  const broker = await mosquitto(() => ['allow_anonymous true'])
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`)
  const { delivery, reported } = await start(mqtt)
  await until(() => delivery.snapshot().broker === 'online', 'online')
  const other = connect(mqtt.url, { protocolVersion: 5, clientId: 'framewarden-gate-7', reconnectPeriod: 100 })
  await until(() => reported.some(({ code }) => code === 'FW_BROKER_KICKED'), 'the diagnostic', 20_000)
  await other.endAsync(true)
  await expect.poll(() => delivery.snapshot().broker, { timeout: 20_000 }).toBe('online')
})

test('a broker that stops without a word is noticed and its return too', async () => {
  const broker = await mosquitto(() => ['allow_anonymous true'])
  const mqtt = mqttSettings(`mqtt://127.0.0.1:${broker.port}`)
  const { delivery, reported } = await start(mqtt)
  await until(() => delivery.snapshot().broker === 'online', 'online')
  broker.freeze()
  const begun = Date.now()
  await until(() => reported.length > 0, 'the diagnostic', 40_000)
  expect(reported[0]).toMatchObject({
    code: 'FW_BROKER_UNREACHABLE',
    text: expect.stringContaining('Keepalive timeout'),
  })
  expect(Date.now() - begun).toBeLessThan(26_000) // 1.5 x 15 s, and the ping before
  broker.thaw()
  await delivery.alert(alertBody())
  await until(() => delivery.snapshot().pending === 0, 'PUBACK', 40_000)
})
