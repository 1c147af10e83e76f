import { expect, test } from 'vitest'
import { z } from 'zod'
import { payloadSchemas } from '../../../src/delivery/alert-schema.js'
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

test.each([
  ['ops/console-3', true],
  ['site/framewarden/gate-7/response/console-3', true],
  ['site/framewarden/gate-7/camera/yard/alert', false],
  ['site/framewarden/gate-7/request/reload', false],
  ['site/framewarden/gate-8/request/reload', false],
  ['$SYS/broker', false],
  ['ops/+', false],
  ['ops/#', false],
  ['', false],
])('a request may name %j for its answer: %j', (topic, may) => {
  expect(topics.mayAnswerAt(topic)).toBe(may)
})

test('every payload has a JSON schema', () => {
  expect(Object.keys(payloadSchemas)).toEqual([
    'alert',
    'incident',
    'state',
    'camera-state',
    'onvif-event',
    'stats',
    'diagnostic',
  ])
  for (const schema of Object.values(payloadSchemas)) {
    const json = z.toJSONSchema(schema)
    expect(json.type).toBe('object')
    expect(json.title).toMatch(/^P\//)
  }
  const alert = z.toJSONSchema(payloadSchemas.alert!)
  expect(alert.required).toContain('replayed')
  expect((alert.properties!.seq as { minimum: number }).minimum).toBe(1)
})

test('what an operator has to grant for a topic', () => {
  const own = 'site/framewarden/gate-7/camera/yard/alert'
  const foreign = 'homeassistant/sensor/framewarden_gate-7_yard/state/config'
  expect(grantOf(own, 'site/framewarden', 'homeassistant')).toBe('site/framewarden/gate-7/#')
  expect(grantOf(foreign, 'site/framewarden', 'homeassistant')).toBe('homeassistant/#')
  expect(grantOf('ha/framewarden/gate-7/state', 'ha/framewarden', 'ha')).toBe('ha/framewarden/gate-7/#')
})
