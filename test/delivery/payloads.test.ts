import { expect, test } from 'vitest'
import { z } from 'zod'
import { payloadSchemas } from '../../src/delivery/alert-schema.js'
import { discoveryOf } from '../../src/delivery/home-assistant.js'
import { createOutbox } from '../../src/delivery/outbox.js'
import { topicsOf } from '../../src/delivery/topics.js'

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
  expect(Object.keys(payloadSchemas)).toEqual(['alert', 'state', 'camera-state', 'stats', 'diagnostic'])
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

test('a retained topic keeps its order: a new value waits for the one on its way', () => {
  const outbox = createOutbox()
  outbox.retain('a', '1')
  const first = outbox.next()!
  outbox.retain('a', '2')
  outbox.retain('a', '3')
  expect(outbox.next()).toBeUndefined()
  outbox.done(first, true)
  expect(outbox.next()).toEqual({ topic: 'a', payload: '3', retain: true })
})

test('a new connection gets every retained topic again, but not one that was emptied', () => {
  const outbox = createOutbox()
  for (const [topic, payload] of [
    ['a', '1'],
    ['b', '2'],
    ['b', ''],
  ] as const)
    outbox.retain(topic, payload)
  for (let message = outbox.next(); message; message = outbox.next()) outbox.done(message, true)
  outbox.restart()
  expect(outbox.next()).toMatchObject({ topic: 'a', payload: '1' })
  expect(outbox.next()).toBeUndefined()
})

test('what was not acknowledged is sent again', () => {
  const outbox = createOutbox()
  outbox.retain('a', '')
  outbox.push('d', 'x')
  outbox.done(outbox.next()!, false)
  outbox.done({ topic: 'd', payload: 'x', retain: false }, false)
  outbox.restart()
  expect([outbox.next()!.topic, outbox.next()!.topic, outbox.empty]).toEqual(['a', 'd', false])
})
