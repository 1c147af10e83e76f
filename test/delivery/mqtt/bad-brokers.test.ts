import { createServer as createTlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import type { Diagnostic } from '../../../src/core/diagnostic.js'
import { type Delivery, startDelivery } from '../../../src/delivery/delivery.js'
import { dial } from '../../../src/delivery/mqtt/dial.js'
import { probeBroker } from '../../../src/delivery/mqtt/probe-broker.js'
import { alertBody, emptyFolder, until } from '../../fixtures/alerts.js'
import { mqttSettings, startBadBroker, startBroker, subscribe } from '../../fixtures/broker.js'

const WEEK = { maxBytes: 256 * 2 ** 20, maxAgeMs: 7 * 86_400_000 }
const CONNACK = 0x20
const never = new AbortController().signal

async function start(
  url: string,
  protocol: 'auto' | 4 | 5 = 'auto',
): Promise<{ delivery: Delivery; reported: Diagnostic[] }> {
  const reported: Diagnostic[] = []
  const mqtt = mqttSettings(url, { protocol, username: 'gate-7', password: 'hunter2/?' })
  const stateDir = await emptyFolder()
  const delivery = await startDelivery({
    unit: 'gate-7',
    stateDir,
    mqtt,
    spool: WEEK,
    onDiagnostic: (d) => reported.push(d),
  })
  onTestFinished(() => delivery.stop())
  return { delivery, reported }
}

test('nobody listens: FW_BROKER_UNREACHABLE, and alerts count all the same', async () => {
  const broker = await startBroker()
  await broker.close()
  const { delivery, reported } = await start(broker.url)
  expect((await delivery.alert(alertBody())).seq).toBe(1)
  await until(() => reported.length > 0, 'the diagnostic')
  expect(reported[0]).toMatchObject({ code: 'FW_BROKER_UNREACHABLE', subject: 'broker' })
  expect(reported[0]!.text).toContain(`${broker.url}: connect ECONNREFUSED`)
  expect(delivery.snapshot()).toMatchObject({
    broker: 'offline',
    pending: 1,
    lastError: { code: 'FW_BROKER_UNREACHABLE' },
  })
})

test('a server that accepts and says nothing is given up', async () => {
  const mute = await startBadBroker(() => {})
  const options = { mqtt: mqttSettings(mute.url), clientId: 'a', protocol: 5 as const, connackMs: 200 }
  expect(await dial(options, never)).toEqual({
    end: { code: 'FW_BROKER_UNREACHABLE', text: 'connack timeout', versionRefused: false },
  })
})

test.each([
  [4, 5, 'FW_BROKER_REFUSED', 'refused: Not authorized (0x05)'],
  [4, 4, 'FW_BROKER_REFUSED', 'refused: Bad username or password (0x04)'],
  [4, 3, 'FW_BROKER_UNREACHABLE', 'refused: Server unavailable (0x03)'],
  [5, 0x86, 'FW_BROKER_REFUSED', 'refused: Bad User Name or Password (0x86)'],
  [5, 0x8a, 'FW_BROKER_REFUSED', 'refused: Banned (0x8a)'],
  [5, 0x89, 'FW_BROKER_UNREACHABLE', 'refused: Server busy (0x89)'],
] as const)('MQTT %i, CONNACK %i is %s', async (protocol, reason, code, text) => {
  const connack = protocol === 5 ? [CONNACK, 3, 0, reason, 0] : [CONNACK, 2, 0, reason]
  const broker = await startBadBroker((socket) => socket.once('data', () => socket.end(Buffer.from(connack))))
  const { reported } = await start(broker.url, protocol)
  await until(() => reported.length > 0, 'the diagnostic')
  expect(reported[0]).toMatchObject({ code, text: `${broker.url}: ${text}` })
  expect(JSON.stringify(reported)).not.toContain('hunter2')
})

test('version 5 refused: 3.1.1 is tried at once, and once', async () => {
  const versions: number[] = []
  const broker = await startBadBroker((socket) =>
    socket.once('data', (connect: Buffer) => {
      versions.push(connect[8]!) // protocol version (MQTT 5, 3.1.2.2)
      socket.end(Buffer.from([CONNACK, 2, 0, 1]))
    }),
  )
  const { reported } = await start(broker.url)
  await until(() => reported.length > 0, 'the diagnostic')
  expect(versions.slice(0, 2)).toEqual([5, 4])
  expect(reported[0]).toMatchObject({
    code: 'FW_BROKER_REFUSED',
    text: expect.stringContaining('does not speak MQTT 3.1.1'),
  })
})

test('a version set by hand stays', async () => {
  const broker = await startBroker()
  const { reported, delivery } = await start(broker.url, 5)
  await until(() => reported.length > 0, 'the diagnostic')
  expect(reported[0]!.text).toContain('does not speak MQTT 5')
  expect(delivery.snapshot().broker).toBe('offline')
})

test('session taken over: FW_BROKER_KICKED by its reason', async () => {
  const broker = await startBadBroker((socket) =>
    socket.once('data', () => {
      socket.write(Buffer.from([CONNACK, 3, 0, 0, 0]))
      setTimeout(() => socket.end(Buffer.from([0xe0, 1, 0x8e])), 50)
    }),
  )
  const { reported } = await start(broker.url)
  await until(() => reported.length > 0, 'the diagnostic')
  expect(reported[0]).toMatchObject({
    code: 'FW_BROKER_KICKED',
    text: expect.stringContaining('Session taken over (0x8e)'),
  })
})

test('two units of one name kick each other: reported as FW_BROKER_KICKED also with 3.1.1, with growing pauses', async () => {
  const broker = await startBroker()
  const one = await start(broker.url, 4)
  const two = await start(broker.url, 4)
  const kicked = () => [...one.reported, ...two.reported].find(({ code }) => code === 'FW_BROKER_KICKED')
  await until(kicked, 'the diagnostic', 30_000)
  expect(kicked()!.text).toMatch(/the broker closed the connection, \d times shortly after it accepted/)
})

test('a broker that kicks now and then gets every alert', async () => {
  const broker = await startBroker()
  const seen = await subscribe(broker.url, '+/+/camera/+/alert')
  const { delivery } = await start(broker.url)
  const kicker = setInterval(() => {
    const client = broker.clients.get('framewarden-gate-7') as unknown as { conn: { destroy(): void } } | undefined
    client?.conn.destroy()
  }, 150)
  onTestFinished(() => clearInterval(kicker))
  for (let i = 0; i < 60; i++) {
    await delivery.alert(alertBody())
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  clearInterval(kicker)
  await until(() => delivery.snapshot().pending === 0, 'all acknowledged', 40_000)
  await until(
    () => new Set(seen.map(({ payload }) => JSON.parse(payload).seq)).size === 60,
    'all alerts at the subscriber',
  )
  const arrived = seen.map(({ payload }) => JSON.parse(payload) as { seq: number; id: string })
  expect([...new Set(arrived.map(({ seq }) => seq))].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 60 }, (_, i) => i + 1),
  )
  expect(new Set(arrived.map(({ id }) => id)).size).toBe(60)
})

test('TLS asked of a port that speaks none is FW_BROKER_TLS', async () => {
  const broker = await startBroker()
  const { reported } = await start(broker.url.replace('mqtt:', 'mqtts:'))
  await until(() => reported.length > 0, 'the diagnostic')
  expect(reported[0]!.code).toBe('FW_BROKER_TLS')
})

test('no TLS towards a port that wants it is FW_BROKER_UNREACHABLE with a hint', async () => {
  const server = createTlsServer({})
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`
  const result = await dial({ mqtt: mqttSettings(url), clientId: 'a', protocol: 5, connackMs: 2_000 }, never)
  expect(result).toMatchObject({ end: { code: 'FW_BROKER_UNREACHABLE' } })
})

test('doctor: what the broker answers, in one line, without a secret', async () => {
  const broker = await startBroker()
  broker.aedes.authenticate = (_client, _user, password, done) => done(null, password?.toString() === 'right')
  const good = await probeBroker(mqttSettings(broker.url, { username: 'u', password: 'right' }))
  expect(good).toMatchObject({ ok: true, protocol: 4 })
  expect(good.text).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+ accepts us in \d+ ms, MQTT 3\.1\.1, not encrypted$/)
  const bad = await probeBroker(mqttSettings(broker.url, { username: 'u', password: 'wrong' }))
  expect(bad.ok).toBe(false)
  expect(bad.text).toMatch(/^FW_BROKER_REFUSED: mqtt:.* Check mqtt\.username/)
  expect(bad.text).not.toContain('wrong')
  const aborted = AbortSignal.abort()
  expect(await probeBroker(mqttSettings(broker.url), aborted)).toMatchObject({ ok: false })
})

test('a certificate or key that is none is FW_BROKER_TLS, and the daemon lives', async () => {
  const reported: Diagnostic[] = []
  const secret = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----'
  const delivery = await startDelivery({
    unit: 'gate-7',
    stateDir: await emptyFolder(),
    mqtt: mqttSettings('mqtts://127.0.0.1:1', { cert: 'none', key: secret }),
    spool: WEEK,
    onDiagnostic: (d) => reported.push(d),
  })
  onTestFinished(() => delivery.stop())
  await until(() => reported.length > 0, 'the diagnostic')
  expect(reported[0]).toMatchObject({ code: 'FW_BROKER_TLS', text: expect.stringContaining('certificate or key: ') })
  expect(reported[0]!.text).not.toContain('c2VjcmV0')
  expect((await delivery.alert(alertBody())).seq).toBe(1)
})
