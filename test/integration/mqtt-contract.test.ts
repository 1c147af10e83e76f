/** All that a real run says over a real broker, against the AsyncAPI document and against Home Assistant's own schemas. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { connect } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { asyncApi } from '../../src/delivery/asyncapi.js'
import { until } from '../fixtures/alerts.js'
import type { Seen } from '../fixtures/broker.js'
import { command, greyClip, guardedUnit } from '../fixtures/tiny-unit.js'
import { startMosquitto } from './mosquitto-broker.js'

/** By `.ci/run`; where Home Assistant's package does not install, its documentation alone is tested (test/delivery/mqtt). */
const HOME_ASSISTANT = resolve(import.meta.dirname, '../../.cache/home-assistant/bin/python')
/** Loaded where they are used: all other tests do without. */
const load = createRequire(import.meta.url)

interface Run {
  readonly seen: readonly Seen[]
  /** How many messages had come when Home Assistant's birth message was sent, the second time that it was heard of the camera. */
  readonly atBirth: number
}

let recorded: Promise<Run> | undefined

/** A unit with everything on, asked for everything, over Mosquitto. */
async function record(): Promise<Run> {
  const clip = await greyClip()
  const broker = await startMosquitto(() => ['allow_anonymous true'])
  onTestFinished(broker.remove)
  const url = `mqtt://127.0.0.1:${broker.port}`
  const client = connect(url, { protocolVersion: 5 })
  onTestFinished(() => void client.end(true))
  const seen: Seen[] = []
  client.on('message', (topic, payload, { retain }) => {
    seen.push({ topic, payload: topic.endsWith('/image') ? `${payload.length} bytes` : payload.toString(), retain })
  })
  await client.subscribeAsync('#', { qos: 1 })
  const mqtt = `mqtt: { url: "${url}", images: true, onvif_events: true, requests: write, home_assistant: { enabled: true } }`
  const http = ', public_url: "https://gate.example"'
  const { daemon } = await guardedUnit(clip.path, { broker: false, extra: [mqtt], http })
  const last = (topic: string) => seen.findLast((one) => one.topic === `framewarden/test/${topic}`)
  const ask = async (verb: string, members: object) => {
    const id = `${verb}-${seen.length}`
    await client.publishAsync(`framewarden/test/request/${verb}`, JSON.stringify({ id, ...members }), { qos: 1 })
    await until(() => last(`response/${verb}`)?.payload.includes(id), `response to ${verb}`, 60_000)
  }
  await ask('snapshot', { camera: 'gate' })
  await ask('camera', { camera: 'gate', margin: 3 })
  await ask('camera', { camera: 'gate', margin: 99 })
  await ask('drill', { camera: 'gate' })
  await ask('incidents', {})
  await ask('acknowledge', { camera: 'gate' })
  await ask('reload', {})
  await until(() => last('camera/gate/stats'), 'stats', 90_000)
  const atBirth = seen.length
  await client.publishAsync('homeassistant/status', 'online')
  await until(() => seen.slice(atBirth).some(({ topic }) => topic.endsWith('/drill/config')), 'discovery again')
  await command(daemon, 'incidents')
  expect(await daemon.stop()).toBe(0)
  await until(() => last('availability')?.payload === 'offline', 'offline')
  await clip.remove()
  return { seen, atBirth }
}

function run(): Promise<Run> {
  recorded ??= record()
  return recorded
}

interface Channel {
  readonly address: string
  readonly messages: object
}

test('the AsyncAPI document is one, and every message of a run is as it says', { timeout: 300_000 }, async () => {
  const { seen } = await run()
  const Ajv = load('ajv')
  const addFormats = load('ajv-formats')
  const document = asyncApi('0.1.0') as {
    channels: Record<string, Channel>
    components: { messages: Record<string, { payload: object; contentType: string }> }
  }
  const ajv = new Ajv.default({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addFormat('base64', true)
  const specification = load('@asyncapi/specs/schemas/3.0.0-without-$id.json')
  expect([ajv.validate(specification, document), ajv.errors?.slice(0, 3)]).toEqual([true, undefined])

  const patterns = Object.entries(document.channels).map(([name, { address }]) => {
    const pattern = address.replace('{prefix}', 'framewarden').replace('{unit}', 'test').replace('{camera}', 'gate')
    const { payload, contentType } = document.components.messages[name]!
    return { name, topic: pattern, contentType, check: ajv.compile(payload) }
  })
  const met = new Set<string>()
  for (const { topic, payload } of seen.filter((one) => one.topic.startsWith('framewarden/'))) {
    const channel = patterns.find((one) => one.topic === topic)
    expect([topic, channel?.name]).toEqual([topic, expect.any(String)])
    met.add(channel!.name)
    // the one request that was wrong on purpose, and ONVIF's deleted properties
    if (payload.includes('"margin":99') || payload === '') continue
    const value = channel!.contentType === 'application/json' ? JSON.parse(payload) : payload
    expect([topic, channel!.check(value), channel!.check.errors]).toEqual([topic, true, null])
  }
  expect([...met].sort()).toEqual(
    Object.keys(document.channels)
      .filter((name) => name !== 'diagnostic' || met.has(name))
      .sort(),
  )
})

test('Home Assistant is told all again on its birth message', { timeout: 300_000 }, async () => {
  const { seen, atBirth } = await run()
  const configs = (list: readonly Seen[]) =>
    new Set(list.filter(({ topic }) => topic.endsWith('/config')).map(({ topic }) => topic))
  expect(configs(seen).size).toBe(12)
  expect(configs(seen.slice(atBirth))).toEqual(configs(seen))
  expect(seen.slice(atBirth).map(({ topic }) => topic)).toContain('framewarden/test/camera/gate/state')
})

test.skipIf(!existsSync(HOME_ASSISTANT))(
  "every entity is taken by Home Assistant's own schemas, whole, and says what it should",
  { timeout: 300_000 },
  async () => {
    const { seen } = await run()
    const state = (wanted: (payload: Record<string, unknown>) => boolean) => {
      const topic = 'framewarden/test/camera/gate/state'
      return seen.find((one) => one.topic === topic && one.payload !== '' && wanted(JSON.parse(one.payload)))!.payload
    }
    const alert = seen.find(({ topic }) => topic.endsWith('/alert'))!.payload
    const stats = seen.find(({ topic }) => topic.endsWith('/stats'))!.payload
    const guarded = state(({ scored }) => scored === true)
    const away = state(({ scored }) => scored === false)
    const entities = new Map(
      seen.filter(({ topic }) => topic.endsWith('/config')).map((one) => [one.topic, one.payload]),
    )
    const check = (camera: string) => {
      const topics = {
        'framewarden/test/availability': 'online',
        'framewarden/test/camera/gate/state': camera,
        'framewarden/test/camera/gate/alert': alert,
        'framewarden/test/camera/gate/stats': stats,
      }
      const input = [...entities].map(([topic, config]) => ({
        component: topic.split('/')[1],
        config: JSON.parse(config),
        state: topics,
      }))
      const script = readFileSync(join(import.meta.dirname, 'home_assistant_check.py'), 'utf8')
      const out = execFileSync(HOME_ASSISTANT, ['-c', script], { input: JSON.stringify(input), encoding: 'utf8' })
      const found = JSON.parse(out) as { error?: string; dropped: string[]; available: boolean; value: string | null }[]
      return new Map([...entities.keys()].map((topic, i) => [topic.split('/')[3]!, found[i]!]))
    }
    const on = check(guarded)
    // `options` of an enum came to MQTT sensors after the last release for this Python; older ones leave it out
    const newer: Record<string, string[]> = { state: ['options'], baseline: ['options'] }
    for (const [name, { error, dropped }] of on) {
      expect([name, error, dropped.filter((key) => !newer[name]?.includes(key))]).toEqual([name, undefined, []])
    }
    const value = (name: string, of = on) => of.get(name)!.value
    expect([value('tamper'), value('problem'), value('state'), value('guard'), value('connection')]).toEqual([
      ...['OFF', 'OFF', 'guarding', 'ON', 'online'],
    ])
    expect(Number(value('score'))).not.toBeNaN()
    expect(JSON.parse(value('alert')!)).toMatchObject({ event_type: 'raised', drill: true, text: expect.any(String) })
    const off = check(away)
    expect(value('problem', off)).toBe('ON')
    // an alarm that cannot come is unavailable, not clear
    expect([on, off].map((of) => of.get('tamper')!.available)).toEqual([true, false])
    expect(off.get('problem')!.available).toBe(true)
  },
)
