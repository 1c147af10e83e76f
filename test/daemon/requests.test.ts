/** Requests over a broker to a daemon that guards: what ops may do from their chair, and what nobody may. */
import { connect, type MqttClient } from 'mqtt'
import sharp from 'sharp'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { until } from '../fixtures/alerts.js'
import { guardsOf, payloads, type TestDaemon } from '../fixtures/daemon.js'
import { greyClip, guardedUnit } from '../fixtures/tiny-unit.js'

let clip: string

beforeAll(async () => {
  const grey = await greyClip()
  clip = grey.path
  return grey.remove
})

async function client(daemon: TestDaemon): Promise<MqttClient> {
  const own = connect(daemon.broker.url)
  onTestFinished(() => void own.end(true))
  await until(() => own.connected, 'connected')
  return own
}

/** Asks, and resolves to the response with the same id. */
async function ask(daemon: TestDaemon, own: MqttClient, verb: string, members: object, ms = 30_000) {
  const id = `${verb}-${Math.random()}`
  own.publish(`framewarden/test/request/${verb}`, JSON.stringify({ id, ...members }), { qos: 1 })
  return until(() => payloads(daemon.seen, `response/${verb}`).find((one) => one.id === id), `response to ${verb}`, ms)
}

const state = (daemon: TestDaemon) => payloads(daemon.seen, 'camera/gate/state').at(-1)!

test('with write a camera is paused and resumed, its margin set over a restart of the settings, and drilled; 5,000 hostile requests change nothing', {
  timeout: 180_000,
}, async () => {
  const { daemon } = await guardedUnit(clip, { mqtt: ', requests: write' })
  const own = await client(daemon)
  const { jpeg } = await ask(daemon, own, 'snapshot', { camera: 'gate' })
  expect(await sharp(Buffer.from(String(jpeg), 'base64')).metadata()).toMatchObject({ format: 'jpeg', width: 64 })

  expect(await ask(daemon, own, 'camera', { camera: 'gate', margin: 2.5 })).toMatchObject({ ok: true, margin: 2.5 })
  await until(() => state(daemon).margin === 2.5, 'the margin is in force')
  expect(await ask(daemon, own, 'reload', {})).toMatchObject({ ok: true, changes: [] })
  expect(await ask(daemon, own, 'camera', { camera: 'gate', margin: 'auto' })).toMatchObject({ ok: true })
  await until(() => state(daemon).margin === 'auto', 'the margin of the file is back')

  expect(await ask(daemon, own, 'camera', { camera: 'gate', action: 'pause' })).toMatchObject({
    ok: true,
    paused: true,
  })
  await until(() => state(daemon).paused === true, 'paused')
  expect(state(daemon)).toMatchObject({ state: 'stopped', scored: false, cause: { code: 'FW_CAMERA_PAUSED' } })
  expect(await ask(daemon, own, 'drill', { camera: 'gate' })).toMatchObject({ ok: false, code: 'FW_DRILL_REFUSED' })
  expect(await ask(daemon, own, 'camera', { camera: 'gate', action: 'resume' })).toMatchObject({ ok: true })
  await until(() => state(daemon).state === 'guarding', 'guarded again', 60_000)

  const before = { ...state(daemon), since: undefined }
  const guards = await guardsOf(daemon.process.pid!)
  const verbs = ['snapshot', 'incidents', 'acknowledge', 'drill', 'camera', 'nothing', 'reload/x']
  for (let i = 0; i < 5_000; i++) {
    const bad = [
      `{"camera":"gate","action":"pause"`,
      '{"camera":["gate"],"margin":99}',
      '\xff\x00',
      '[]',
      'null',
      '{'.repeat(i),
    ][i % 6]!
    own.publish(`framewarden/test/request/${verbs[i % verbs.length]}`, bad, { qos: 0 })
  }
  await until(
    () => payloads(daemon.seen, 'diagnostic').some(({ code }) => code === 'FW_REQUESTS_DROPPED'),
    'it is said',
  )
  const sent = () => daemon.seen.filter(({ topic }) => topic.startsWith('framewarden/test/request/')).length
  await until(() => sent() >= 5_000, 'the broker has passed all on', 60_000)
  await new Promise((resolve) => setTimeout(resolve, 2_000)) // an allowance for more requests grows with time alone
  expect(await ask(daemon, own, 'incidents', {})).toMatchObject({ ok: true, incidents: [] })
  expect({ ...state(daemon), since: undefined }).toEqual(before)
  expect(await guardsOf(daemon.process.pid!)).toEqual(guards)

  const drilled = await ask(daemon, own, 'drill', { camera: 'gate' }, 60_000)
  expect(drilled).toMatchObject({ ok: true, found: true, broker: 'acknowledged' })
  expect(await ask(daemon, own, 'acknowledge', { camera: 'gate', note: 'seen' })).toMatchObject({
    ok: true,
    incident: { drill: true, acknowledged: { by: 'mqtt', note: 'seen' } },
  })
  expect(await daemon.stop()).toBe(0)
})
