import { expect, test } from 'vitest'
import { messageLine } from '../../src/demo/message-line.js'
import { alertBody } from '../fixtures/alerts.js'

const line = (topic: string, payload: unknown) =>
  messageLine('framewarden/demo', `framewarden/demo/${topic}`, JSON.stringify(payload))

test('an alert says phase, kind, strength and score, and stands out', () => {
  const alert = { ...alertBody({ level: 8 / 255 }), seq: 3, replayed: true }
  expect(line('camera/street/alert', alert)).toEqual({
    topic: 'camera/street/alert',
    text: 'RAISED, pattern, level 8.0/255, score 7.5, alert 3, incident 000001, replayed',
    alarm: 'raised',
  })
  expect(line('camera/street/alert', { ...alert, level: null, phase: 'cleared' })).toMatchObject({ alarm: 'cleared' })
})

test('states of camera and unit are kept apart', () => {
  const camera = {
    camera: 'street',
    state: 'backoff',
    scored: false,
    incident_open: true,
    cause: { code: 'FW_CAMERA_DNS' },
  }
  expect(line('camera/street/state', camera).text).toBe('backoff, not judged, incident open, FW_CAMERA_DNS')
  const unit = { version: '0.1.0', model: null, provider: null, mode: null, guards: 0, cameras: { connecting: 1 } }
  expect(line('state', unit).text).toBe('framewarden 0.1.0, no model yet, 0 guards, cameras: 1 connecting')
  const ready = { ...unit, model: { name: 'camera', version: '1.2.0' }, provider: 'cpu', mode: 'cascade', guards: 1 }
  expect(line('state', ready).text).toContain('model camera 1.2.0 on cpu, cascade, 1 guard')
})

test('what is no JSON object stands as it is, without what would steer a terminal', () => {
  const plain = (payload: string) => messageLine('framewarden/demo', 'framewarden/demo/availability', payload).text
  expect(plain('online')).toBe('online')
  expect(plain('')).toBe('(emptied)')
  expect(plain('\x1b[2J')).toBe('\\x1b[2J')
  expect(line('diagnostic', { code: 'FW_X', subject: 'a', text: 'b\x07' }).text).toBe('FW_X: a: b\\x07')
})
