import { describe, expect, test } from 'vitest'
import { seededChance } from '../../src/core/chance.js'
import { FwError } from '../../src/core/errors.js'
import { mqttRequests, requestOf } from '../../src/daemon/mqtt-requests.js'
import { verbsOf } from '../../src/daemon/verbs.js'
import { REQUEST_VERBS, type RequestRights, type RequestVerb } from '../../src/delivery/mqtt/request-inbox.js'
import { responseSchemas } from '../../src/delivery/request-schema.js'
import { board } from '../status/board.js'

/** The daemon's verbs; `done` is what they changed. */
function unit(rights: RequestRights) {
  const done: unknown[] = []
  const faults: unknown[] = []
  const verbs = verbsOf({
    snapshot: board,
    reload: async () => ({ ok: true, changes: [], held: [] }),
    drill: async (order) => {
      done.push(order)
      throw new FwError('FW_DRILL_REFUSED', 'no')
    },
    history: {
      incidents: () => [],
      acknowledge: (order) => {
        done.push(order)
        throw new FwError('FW_INCIDENT_UNKNOWN', 'none')
      },
    },
    picture: async () => undefined,
    camera: async (order) => {
      done.push(order)
      return { camera: order.camera }
    },
  })
  const answer = mqttRequests(verbs, new AbortController().signal, (error) => faults.push(error))
  const ask = async (verb: RequestVerb, payload: unknown) => {
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload))
    return JSON.parse(await answer(verb, bytes, rights))
  }
  return { ask, done, faults }
}

describe('mqtt.requests: read', () => {
  test.each(['acknowledge', 'drill', 'camera', 'reload'] as const)('refuses %s and says why', async (verb) => {
    const { ask, done } = unit('read')
    expect(await ask(verb, { id: 7, camera: 'north', action: 'pause' })).toEqual({
      ok: false,
      code: 'FW_REQUEST_DENIED',
      message: `${verb} may change something, and mqtt.requests is read`,
    })
    expect(done).toEqual([])
  })

  test('answers what changes nothing', async () => {
    const { ask } = unit('read')
    expect(await ask('incidents', { id: 'a' })).toEqual({ id: 'a', ok: true, incidents: [] })
    expect(await ask('incidents', Buffer.from(''))).toEqual({ ok: true, incidents: [] })
  })
})

test('a verb in the payload does not change what is asked for', () => {
  expect(requestOf('incidents', Buffer.from('{"verb":"reload"}'), 'read')).toMatchObject({
    verb: 'incidents',
    limit: 20,
  })
  expect(() => requestOf('incidents', Buffer.from('{"limit":1000}'), 'read')).toThrow('more than 100')
  expect(() => requestOf('snapshot', Buffer.alloc(20_000, 'x'), 'read')).toThrow('more than 16384 bytes')
})

test('who acknowledges over MQTT is called mqtt, unless they say who they are', () => {
  const request = (text: string) => requestOf('acknowledge', Buffer.from(text), 'write')
  expect(request('{"camera":"north"}')).toMatchObject({ by: 'mqtt' })
  expect(request('{"camera":"north","by":"Ada"}')).toMatchObject({ by: 'Ada' })
})

/** What a program gone wrong, or somebody who means harm, could send. */
function hostile(random: () => number): Buffer {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!
  const value = (): unknown =>
    pick<() => unknown>([
      () => null,
      () => -1,
      () => 1e308,
      () => '',
      () => '../../etc/passwd',
      () => 'x'.repeat(Math.floor(random() * 5_000)),
      () => '\u0000\u202e',
      () => [],
      () => [[[[]]]],
      () => ({ toString: 'x' }),
      () => true,
    ])()
  const names = [
    'id',
    'camera',
    'action',
    'margin',
    'incident',
    'by',
    'note',
    'attack',
    'level',
    'limit',
    'open',
    '__proto__',
    'constructor',
    'ok',
    'verb',
  ]
  const object = () => {
    const members = Array.from(
      { length: Math.floor(random() * 6) },
      () => `${JSON.stringify(pick(names))}:${JSON.stringify(value())}`,
    )
    return Buffer.from(`{${members.join(',')}}`)
  }
  return pick<() => Buffer>([
    object,
    object,
    () => Buffer.from(JSON.stringify(value())),
    () => Buffer.from(Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256))),
    () => Buffer.from('['.repeat(8_000)),
    () => Buffer.from(`{"a":${'['.repeat(4_000)}${']'.repeat(4_000)}}`),
    () => Buffer.alloc(17_000, '{'),
    () => Buffer.concat([object(), Buffer.from('\n{"camera":"north","action":"pause"}')]),
  ])()
}

test('5,000 hostile payloads change nothing, each is answered by its schema, and nothing of ours breaks', async () => {
  const random = seededChance(19)
  const { ask, done, faults } = unit('write')
  const answers: Record<string, number> = {}
  for (let i = 0; i < 5_000; i++) {
    const verb = REQUEST_VERBS[i % REQUEST_VERBS.length]!
    if (verb === 'reload') continue // takes the configuration anew, whatever else is in the request
    const response = await ask(verb, hostile(random))
    responseSchemas[verb].parse(response)
    answers[response.code ?? 'ok'] = (answers[response.code ?? 'ok'] ?? 0) + 1
  }
  expect(faults).toEqual([])
  // an order with a camera and a margin, or an incident, of a name that there is not, may pass; what it names is refused further on
  for (const order of done) expect(order).not.toMatchObject({ camera: 'north' })
  expect(done.filter((order) => typeof (order as { action?: unknown }).action === 'string')).toEqual([])
  expect(answers.FW_REQUEST).toBeGreaterThan(2_500)
}, 60_000)
