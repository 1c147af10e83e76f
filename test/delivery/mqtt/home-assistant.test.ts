/** Discovery payloads by Home Assistant's documentation; test/integration/home-assistant.test.ts asks Home Assistant itself. */
import { expect, test } from 'vitest'
import { type DiscoveryOptions, discoveryOf } from '../../../src/delivery/mqtt/home-assistant.js'
import { topicsOf } from '../../../src/delivery/mqtt/topics.js'

const topics = topicsOf('site/framewarden', 'gate-7')
const STATE = 'site/framewarden/gate-7/camera/yard/state'
const whole: DiscoveryOptions = {
  ...{ prefix: 'homeassistant', unit: 'gate-7', topics, version: '0.1.0', publicUrl: 'https://gate-7.example' },
  ...{ images: true, writable: true },
}
const parsed = (options: DiscoveryOptions) =>
  new Map(
    discoveryOf(options)
      .announce('yard')
      .map(({ topic, payload }) => [topic, payload && JSON.parse(payload)]),
  )
const entity = (component: string, name: string) =>
  parsed(whole).get(`homeassistant/${component}/framewarden_gate-7_yard/${name}/config`)

test('a camera is a device of its own, by way of the unit, with version and page', () => {
  for (const config of parsed(whole).values()) {
    expect(config.device).toEqual({
      identifiers: ['framewarden_gate-7_yard'],
      name: 'yard',
      model: 'guarded camera',
      manufacturer: 'framewarden',
      via_device: 'framewarden_gate-7',
      sw_version: '0.1.0',
      configuration_url: 'https://gate-7.example',
    })
    expect(config.origin).toEqual({ name: 'framewarden', sw_version: '0.1.0' })
  }
  const [unit] = discoveryOf(whole).unit()
  expect(unit!.topic).toBe('homeassistant/binary_sensor/framewarden_gate-7/connection/config')
  expect(JSON.parse(unit!.payload)).toMatchObject({
    device: { identifiers: ['framewarden_gate-7'] },
    state_topic: 'site/framewarden/gate-7/availability',
  })
})

test('what nobody judges is unavailable, never clear: tamper and score need the unit and the judged camera', () => {
  const judged = [
    { topic: 'site/framewarden/gate-7/availability' },
    { topic: STATE, value_template: "{{ 'online' if value_json.scored else 'offline' }}" },
  ]
  expect(entity('binary_sensor', 'tamper')).toMatchObject({ availability: judged, availability_mode: 'all' })
  expect(entity('sensor', 'score')).toMatchObject({ availability: judged })
  // what is amiss is said while the camera is away
  for (const [component, name] of [
    ['binary_sensor', 'problem'],
    ['sensor', 'state'],
    ['switch', 'guard'],
  ] as const)
    expect(entity(component, name).availability).toEqual(judged.slice(0, 1))
})

test('each entity has an id of its own and topics that Home Assistant takes', () => {
  const all = [...parsed(whole)]
  expect(all.map(([topic]) => topic.split('/').slice(1, 4).join(' '))).toEqual([
    'binary_sensor framewarden_gate-7_yard tamper',
    'binary_sensor framewarden_gate-7_yard problem',
    'sensor framewarden_gate-7_yard state',
    'sensor framewarden_gate-7_yard baseline',
    'sensor framewarden_gate-7_yard score',
    'event framewarden_gate-7_yard alert',
    'image framewarden_gate-7_yard picture',
    'switch framewarden_gate-7_yard guard',
    'number framewarden_gate-7_yard margin',
    'button framewarden_gate-7_yard acknowledge',
    'button framewarden_gate-7_yard drill',
  ])
  expect(new Set(all.map(([, config]) => config.unique_id)).size).toBe(all.length)
  // [a-zA-Z0-9_-] between the slashes
  for (const [topic] of all) expect(topic).toMatch(/^[a-zA-Z0-9_/-]+$/)
})

test('what the settings leave out is removed, and a camera that goes takes all with it', () => {
  const quiet = parsed({ ...whole, images: false, writable: false })
  const gone = [...quiet].filter(([, config]) => config === '').map(([topic]) => topic.split('/')[3])
  expect(gone).toEqual(['picture', 'guard', 'margin', 'acknowledge', 'drill'])
  expect(discoveryOf(whole).forget('yard')).toEqual([...parsed(whole).keys()].map((topic) => ({ topic, payload: '' })))
})

test('commands are requests that the unit answers', () => {
  const { command_topic, payload_on, payload_off } = entity('switch', 'guard')
  expect(command_topic).toBe('site/framewarden/gate-7/request/camera')
  expect([payload_on, payload_off].map((text) => JSON.parse(text))).toEqual([
    { camera: 'yard', action: 'resume' },
    { camera: 'yard', action: 'pause' },
  ])
  const margin = entity('number', 'margin').command_template.replace('{{ value }}', '1.5')
  expect(JSON.parse(margin)).toEqual({ camera: 'yard', margin: 1.5 })
  expect(JSON.parse(entity('button', 'drill').payload_press)).toEqual({ camera: 'yard' })
})
