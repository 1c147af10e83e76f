/**
 * `npx tsx tools/fleet/simulate.ts [UNITS]`: so many units (1,000) with four cameras each against one Mosquitto of this machine, with
 * the payloads and topics of real units and an MQTT 5 session each. A JSON object a line: how long the fleet takes to be online, to
 * be back after the broker was killed, to hand its retained states to a new subscriber; and alerts a second until their delay
 * (publish to subscriber, both here) reaches a p99 of 1 s. Bounded: it ends by itself within minutes, and talks to 127.0.0.1 alone.
 *
 * 2026-11-24, AMD EPYC, 2 cores that were busy with other work (load 13 to 20), Mosquitto 2.0.11, units and subscriber in this one
 * process, which takes most of the time: deploy/fleet/README.md has the figures.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { ALERT_SCHEMA, type AlertBody, NO_PICTURES } from '../../src/core/alert.js'
import { alertText } from '../../src/core/alert-text.js'
import { backoffMs } from '../../src/core/backoff.js'
import { unitStatePayload } from '../../src/daemon/payloads.js'
import type { CameraStatePayload } from '../../src/delivery/alert-schema.js'
import { topicsOf } from '../../src/delivery/mqtt/topics.js'

const UNITS = Number(process.argv[2] ?? 1000)
const CAMERAS = ['north-door', 'south-door', 'yard', 'gate']
const PORT = 18_830
const RATES = [50, 100, 200, 400, 800, 1600, 3200]
const SECONDS_A_RATE = 5
const MODEL = { name: 'camera', version: '1.0.0', sha256: 'a'.repeat(64) }

const folder = await mkdtemp(join(tmpdir(), 'framewarden-fleet-'))
const say = (line: object) => console.log(JSON.stringify(line))
let broker = await startBroker()

async function startBroker(): Promise<ChildProcess> {
  const file = join(folder, 'mosquitto.conf')
  const lines = [`listener ${PORT} 127.0.0.1`, 'allow_anonymous true', 'max_queued_messages 100000', 'user root']
  await writeFile(file, `${lines.join('\n')}\n`)
  const child = spawn('/usr/sbin/mosquitto', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  for await (const text of child.stderr!) if (String(text).includes('running')) break
  child.stderr!.resume()
  return child
}

/** One unit's session, as its daemon opens it: last will, then what is retained of it. */
async function openUnit(index: number): Promise<MqttClient> {
  const unit = `unit-${index}`
  const topics = topicsOf('framewarden', unit)
  for (let attempt = 0; ; attempt++) {
    const client = await connectAsync(`mqtt://127.0.0.1:${PORT}`, {
      ...{ protocolVersion: 5, clientId: `framewarden-${unit}`, reconnectPeriod: 0, connectTimeout: 10_000 },
      will: { topic: topics.availability, payload: Buffer.from('offline'), qos: 1, retain: true },
    }).catch(() => undefined)
    if (!client) {
      await sleep(backoffMs(attempt, Math.random()))
      continue
    }
    client.on('error', () => {}) // the broker is killed on purpose; `openUnit` opens another session
    const retained = { qos: 1, retain: true } as const
    const state = unitStatePayload({ unit, version: '0.1.0', startedMs: Date.now() }, [], [])
    await Promise.all([
      client.publishAsync(topics.availability, 'online', retained),
      client.publishAsync(topics.state, JSON.stringify({ ...state, model: MODEL }), retained),
      ...CAMERAS.map((camera) =>
        client.publishAsync(topics.cameraState(camera), JSON.stringify(cameraState(camera)), retained),
      ),
    ])
    return client
  }
}

function cameraState(camera: string): CameraStatePayload {
  return {
    ...{
      camera,
      state: 'guarding',
      since: new Date().toISOString(),
      cause: null,
      incident_open: false,
      kinds: [],
      scored: true,
    },
    ...{ baseline: 'own', incident: null, paused: false, margin: 'auto' },
  }
}

function alert(unit: string, camera: string, seq: number): string {
  const at = new Date().toISOString()
  const id = `019aa000-0000-7000-8000-${String(seq).padStart(12, '0')}`
  const body: AlertBody = {
    ...{ camera, incident: id, phase: 'raised', captured_at: at, since: at, kind: 'pattern', level: 0.03, score: 7.5 },
    ...{ box: null, evidence: NO_PICTURES, model: MODEL, drill: false },
  }
  const evidence = { ...body.evidence, url: null }
  const rest = { schema: ALERT_SCHEMA, id, seq, unit, evidence, text: alertText(body), clock: 'set', replayed: false }
  return JSON.stringify({ ...body, ...rest })
}

async function openAll(): Promise<{ clients: MqttClient[]; seconds: number }> {
  const from = performance.now()
  const clients = await Promise.all(Array.from({ length: UNITS }, (_, i) => openUnit(i)))
  return { clients, seconds: Number(((performance.now() - from) / 1000).toFixed(1)) }
}

/** Delays of alerts at one rate, in milliseconds, from the call that publishes to the subscriber; how many never came. */
async function atRate(clients: readonly MqttClient[], subscriber: MqttClient, rate: number) {
  const sent = new Map<string, number>()
  const delays: number[] = []
  const take = (topic: string, payload: Buffer) => {
    if (!topic.endsWith('/alert')) return
    const { unit, seq } = JSON.parse(payload.toString('utf8'))
    const from = sent.get(`${unit} ${seq}`)
    if (from !== undefined) delays.push(performance.now() - from)
  }
  subscriber.on('message', take)
  const total = rate * SECONDS_A_RATE
  const start = performance.now()
  const acks: Promise<unknown>[] = []
  for (let n = 0; n < total; n++) {
    const wait = start + (n * 1000) / rate - performance.now()
    if (wait > 1) await sleep(wait)
    const index = n % clients.length
    const [unit, camera] = [`unit-${index}`, CAMERAS[n % CAMERAS.length]!]
    sent.set(`${unit} ${n}`, performance.now())
    acks.push(
      clients[index]!.publishAsync(topicsOf('framewarden', unit).alert(camera), alert(unit, camera, n), { qos: 1 }),
    )
  }
  const offered = total / ((performance.now() - start) / 1000)
  await Promise.all(acks)
  for (let waited = 0; delays.length < total && waited < 20_000; waited += 100) await sleep(100)
  subscriber.off('message', take)
  const sorted = delays.sort((a, b) => a - b)
  const at = (q: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN)
  return { offered_per_s: Math.round(offered), p50_ms: at(0.5), p99_ms: at(0.99), lost: total - delays.length }
}

try {
  const first = await openAll()
  say({ what: 'all units connect at once', units: UNITS, seconds: first.seconds })

  const gone = once(broker, 'exit')
  broker.kill('SIGKILL')
  await gone
  broker = await startBroker()
  const { clients, seconds } = await openAll()
  say({ what: 'all units back after the broker was killed', units: UNITS, seconds })

  const from = performance.now()
  const subscriber = await connectAsync(`mqtt://127.0.0.1:${PORT}`, { protocolVersion: 5, reconnectPeriod: 0 })
  let retained = 0
  const due = UNITS * (2 + CAMERAS.length)
  const all = new Promise<void>((resolve) => {
    subscriber.on('message', (_, __, packet) => packet.retain && ++retained === due && resolve())
  })
  await subscriber.subscribeAsync('framewarden/+/#', { qos: 1 })
  await Promise.race([all, sleep(60_000)])
  say({ what: 'retained states of all units', messages: retained, of: due, ms: Math.round(performance.now() - from) })

  for (const rate of RATES) {
    const result = await atRate(clients, subscriber, rate)
    say({ what: 'alerts', rate, ...result })
    if (result.p99_ms > 1000 || result.lost > 0) break
  }
  await Promise.all([subscriber, ...clients].map((client) => client.endAsync(true)))
} finally {
  broker.kill()
  await rm(folder, { recursive: true, force: true })
}
