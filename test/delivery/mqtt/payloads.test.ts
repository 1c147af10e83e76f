import { expect, test } from 'vitest'
import { z } from 'zod'
import { payloadSchemas } from '../../../src/delivery/alert-schema.js'
import { discoveryOf } from '../../../src/delivery/mqtt/home-assistant.js'
import { grantOf, topicsOf } from '../../../src/delivery/mqtt/topics.js'

const topics = topicsOf('site/framewarden', 'gate-7')

test('topics', () => {
  expect([topics.availability, topics.state, topics.diagnostic]).toEqual([
    'site/framewarden/gate-7/availability',
    'site/framewarden/gate-7/state',
    'site/framewarden/gate-7/diagnostic',
  ])
  expect([topics.cameraState('yard'), topics.alert('yard'), topics.stats('yard')]).toEqual([
    'site/framewarden/gate-7/camera/yard/state',
    'site/framewarden/gate-7/camera/yard/alert',
    'site/framewarden/gate-7/camera/yard/stats',
  ])
})

test('every payload has a JSON schema', () => {
  expect(Object.keys(payloadSchemas)).toEqual(['alert', 'incident', 'state', 'camera-state', 'stats', 'diagnostic'])
  for (const schema of Object.values(payloadSchemas)) {
    const json = z.toJSONSchema(schema)
    expect(json.type).toBe('object')
    expect(json.title).toMatch(/^P\//)
  }
  const alert = z.toJSONSchema(payloadSchemas.alert!)
  expect(alert.required).toContain('replayed')
  expect((alert.properties!.seq as { minimum: number }).minimum).toBe(1)
})

test('Home Assistant: a tamper and a state entity a camera, in one device, with availability', () => {
  const discovery = discoveryOf('homeassistant', 'gate-7', topics)
  const [tamper, state] = discovery
    .announce('yard')
    .map(({ topic, payload }) => ({ topic, config: JSON.parse(payload) }))
  expect(tamper!.topic).toBe('homeassistant/binary_sensor/framewarden_gate-7_yard/tamper/config')
  expect(tamper!.config).toMatchObject({
    unique_id: 'framewarden_gate-7_yard_tamper',
    device_class: 'tamper',
    state_topic: 'site/framewarden/gate-7/camera/yard/state',
    value_template: "{{ 'ON' if value_json.incident_open else 'OFF' }}",
    availability_topic: 'site/framewarden/gate-7/availability',
    device: { identifiers: ['framewarden_gate-7'] },
    origin: { name: 'framewarden' },
  })
  expect(state!.topic).toBe('homeassistant/sensor/framewarden_gate-7_yard/state/config')
  expect(state!.config).toMatchObject({ device_class: 'enum', value_template: '{{ value_json.state }}' })
  expect(state!.config.options).toContain('guarding')
  // topics: [a-zA-Z0-9_-] between the slashes
  for (const { topic } of [tamper!, state!]) expect(topic).toMatch(/^[a-zA-Z0-9_/-]+$/)
  expect(discovery.forget('yard')).toEqual([
    { topic: tamper!.topic, payload: '' },
    { topic: state!.topic, payload: '' },
  ])
})

test('what an operator has to grant for a topic', () => {
  const own = 'site/framewarden/gate-7/camera/yard/alert'
  const foreign = 'homeassistant/sensor/framewarden_gate-7_yard/state/config'
  expect(grantOf(own, 'site/framewarden', 'homeassistant')).toBe('site/framewarden/gate-7/#')
  expect(grantOf(foreign, 'site/framewarden', 'homeassistant')).toBe('homeassistant/#')
  expect(grantOf('ha/framewarden/gate-7/state', 'ha/framewarden', 'ha')).toBe('ha/framewarden/gate-7/#')
})
