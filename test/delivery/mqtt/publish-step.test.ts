import { expect, test } from 'vitest'
import type { PublishEffect } from '../../../src/delivery/mqtt/publish-effect.js'
import {
  beginPublishing,
  isIdle,
  type PublishConfig,
  type PublishState,
} from '../../../src/delivery/mqtt/publish-state.js'
import { type PublishInput, step } from '../../../src/delivery/mqtt/publish-step.js'
import type { StoredAlert } from '../../../src/delivery/spool/record.js'
import { keptAlert } from '../../fixtures/alerts.js'

const CONFIG: PublishConfig = {
  alertTopic: ({ camera }) => `fw/u/camera/${camera}/alert`,
  grantFor: (topic) => `${topic.split('/')[0]}/#`,
  deniedWith: (topic) => (topic.startsWith('ha/') ? 'ha/#' : topic),
  pubackMs: 30_000,
}
const REFUSED = { type: 'refused', reason: 0x87, text: 'Not authorized (0x87)' } as const

function stored(seq: number, camera = 'yard'): StoredAlert {
  return { at: seq, alert: keptAlert(seq, { camera }, 'u') }
}

/** A publisher under test: takes inputs, answers for the broker and the spool. */
function publisher(lastSeq = 0) {
  let state: PublishState = beginPublishing(lastSeq)
  const self = {
    get state() {
      return state
    },
    nowMs: 0,
    /** The effects of `input`. */
    take(input: PublishInput): PublishEffect[] {
      const [next, effects] = step(state, input, self.nowMs, CONFIG)
      state = next
      return [...effects]
    },
    retain: (topic: string) => self.take({ type: 'retain', topic, payload: 'x' }),
    connect: (window = 32) => self.take({ type: 'connected', window }),
    append: (to: number) => self.take({ type: 'appended', lastSeq: to }),
    /** Answers a `read`. */
    found: (...alerts: StoredAlert[]) =>
      self.take({ type: 'read', alerts, readTo: alerts.at(-1)?.alert.seq ?? state.lastSeq }),
    acknowledge(topic: string) {
      return self.settle(topic, { type: 'acknowledged' })
    },
    settle(topic: string, outcome: (PublishInput & { type: 'settled' })['outcome']) {
      const { id } = state.line!.inFlight.find(({ message }) => message.topic === topic)!
      return self.take({ type: 'settled', id, outcome })
    },
    inFlight: () => (state.line?.inFlight ?? []).map(({ message }) => message.topic),
  }
  return self
}

const YARD = 'fw/u/camera/yard/alert'
const GATE = 'fw/u/camera/gate/alert'
const published = (effects: readonly PublishEffect[]) =>
  effects.flatMap((effect) => (effect.type === 'publish' ? [effect.message.topic] : []))

test('alerts go before what else waits, also before the spool has given them', () => {
  const p = publisher(2)
  p.retain('fw/u/availability')
  expect(p.connect()).toEqual([{ type: 'read', after: 0, limit: 32 }])
  expect(published(p.found(stored(1), stored(2)))).toEqual([YARD, YARD])
  expect(published(p.acknowledge(YARD))).toEqual([])
  expect(published(p.acknowledge(YARD))).toEqual(['fw/u/availability'])
})

test('what waited for the connection is acknowledged before a topic goes that the broker has never accepted', () => {
  const p = publisher()
  p.connect()
  p.retain('fw/u/state')
  p.acknowledge('fw/u/state')
  p.take({ type: 'disconnected' })
  p.append(1)
  p.retain('fw/u/new')
  p.connect()
  expect(published(p.found(stored(1)))).toEqual([YARD, 'fw/u/state'])
  expect(published(p.acknowledge(YARD))).toEqual(['fw/u/new'])
})

test('alerts that keep coming hold up no state', () => {
  const p = publisher()
  p.connect()
  p.append(1)
  p.found(stored(1))
  expect(published(p.retain('fw/u/state'))).toEqual(['fw/u/state'])
})

test('never more than the window, and the next alerts are read while it is full', () => {
  const p = publisher(5)
  p.connect(2)
  expect(p.found(stored(1), stored(2))).toMatchObject([
    { type: 'publish' },
    { type: 'publish' },
    { type: 'read', after: 2, limit: 2 },
  ])
  expect(published(p.found(stored(3), stored(4)))).toEqual([])
  expect(p.acknowledge(YARD).map(({ type }) => type)).toEqual(['delivered', 'publish'])
  expect(p.inFlight()).toHaveLength(2)
})

test('an alert is replayed where an earlier run or connection may have sent it, and fresh where not', () => {
  const replayed = (effects: readonly PublishEffect[]) =>
    effects.flatMap((e) =>
      e.type === 'publish' ? [(JSON.parse(String(e.message.payload)) as { replayed: boolean }).replayed] : [],
    )
  const p = publisher(1)
  p.append(2)
  p.connect()
  expect(replayed(p.found(stored(1), stored(2)))).toEqual([true, false])
  p.acknowledge(YARD)
  p.take({ type: 'disconnected' })
  p.append(3)
  p.connect()
  expect(replayed(p.found(stored(2), stored(3)))).toEqual([true, false])
})

test('an acknowledged alert is delivered once; an answer of an earlier connection means nothing', () => {
  const p = publisher(1)
  p.connect()
  p.found(stored(1))
  const { id } = p.state.line!.inFlight[0]!
  p.take({ type: 'disconnected' })
  p.connect()
  p.found(stored(1))
  expect(p.take({ type: 'settled', id, outcome: { type: 'acknowledged' } })).toEqual([])
  expect(p.acknowledge(YARD)).toEqual([{ type: 'delivered', seq: 1 }])
  expect(isIdle(p.state, CONFIG)).toBe(true)
})

test('a denied discovery topic stands for all of them, says what to grant, and is not sent again before a reload', () => {
  const p = publisher()
  p.connect()
  p.retain('ha/sensor/a')
  p.retain('ha/sensor/b')
  p.retain('fw/u/state')
  const denied = { type: 'denied', message: { topic: 'ha/sensor/a' }, reason: REFUSED.text, grant: 'ha/#' }
  expect(p.settle('ha/sensor/a', REFUSED)).toMatchObject([denied])
  expect(p.settle('ha/sensor/b', REFUSED)).toMatchObject([{ type: 'denied' }])
  p.acknowledge('fw/u/state')
  expect(isIdle(p.state, CONFIG)).toBe(true)
  p.take({ type: 'disconnected' })
  expect(published([...p.connect(), ...p.retain('ha/sensor/c')])).toEqual(['fw/u/state'])
  expect(p.acknowledge('fw/u/state')).toEqual([])
  expect(published(p.take({ type: 'retry denied' }))).toEqual(['ha/sensor/a', 'ha/sensor/b', 'ha/sensor/c'])
})

test('what a denied topic was to hold, or not to hold any more, goes on the same connection once rights change', () => {
  const p = publisher()
  p.connect()
  p.retain('ha/sensor/a')
  p.take({ type: 'retain', topic: 'ha/button/b', payload: '' })
  p.settle('ha/sensor/a', REFUSED)
  expect(p.settle('ha/button/b', REFUSED)).toHaveLength(1)
  expect(published(p.take({ type: 'retry denied' }))).toEqual(['ha/sensor/a', 'ha/button/b'])
})

test('an alert on a denied topic is set aside and holds up nothing: the next of that camera is not even sent', () => {
  const p = publisher(3)
  p.connect()
  p.found(stored(1, 'gate'), stored(2, 'yard'))
  expect(p.settle(GATE, REFUSED)).toMatchObject([
    { type: 'denied', seq: 1, message: { topic: GATE }, grant: 'fw/#' },
    { type: 'delivered', seq: 1 },
  ])
  expect(p.acknowledge(YARD)).toMatchObject([{ type: 'delivered', seq: 2 }])
  expect(p.found(stored(3, 'gate'))).toMatchObject([
    { type: 'denied', seq: 3, reason: REFUSED.text },
    { type: 'delivered', seq: 3 },
  ])
  expect(p.inFlight()).toEqual([])
})

test('after a connection that ended on new topics each of those goes alone, so that a refusal is heard', () => {
  const p = publisher(1)
  for (const topic of ['fw/u/availability', 'ha/sensor/a', 'fw/u/state']) p.retain(topic)
  p.connect()
  p.found(stored(1))
  p.acknowledge(YARD)
  expect(p.inFlight()).toEqual(['fw/u/availability', 'ha/sensor/a', 'fw/u/state'])
  p.acknowledge('fw/u/availability')
  p.take({ type: 'disconnected' })
  p.append(2)
  p.connect()
  expect(published(p.found(stored(2)))).toEqual([YARD, 'fw/u/availability'])
  expect(published(p.acknowledge(YARD))).toEqual([])
  expect(published(p.acknowledge('fw/u/availability'))).toEqual(['ha/sensor/a'])
  p.append(3)
  expect(published(p.found(stored(3)))).toEqual([])
  expect(published(p.settle('ha/sensor/a', REFUSED))).toEqual([YARD])
  expect(published(p.acknowledge(YARD))).toEqual(['fw/u/state'])
})

test('alerts of new cameras go alone, too, in their order, and together once the broker has taken one', () => {
  const p = publisher(4)
  p.connect()
  p.found(stored(1, 'gate'), stored(2), stored(3), stored(4))
  p.take({ type: 'disconnected' })
  p.connect()
  expect(published(p.found(stored(1, 'gate'), stored(2), stored(3), stored(4)))).toEqual([GATE])
  expect(published(p.settle(GATE, REFUSED))).toEqual([YARD])
  expect(published(p.acknowledge(YARD))).toEqual([YARD, YARD])
})

test('a topic on which the connection ends three times, alone on its way, is denied without a word of the broker', () => {
  const p = publisher()
  p.retain('ha/sensor/a')
  p.retain('fw/u/state')
  const closings: PublishEffect[][] = []
  for (let i = 0; i < 4; i++) {
    p.connect()
    if (p.inFlight()[0] === 'fw/u/state') p.acknowledge('fw/u/state')
    closings.push(p.take({ type: 'disconnected' }))
  }
  expect(closings.slice(0, 3)).toEqual([[], [], []])
  expect(closings[3]).toMatchObject([
    {
      type: 'denied',
      message: { topic: 'ha/sensor/a' },
      reason: 'the broker closes the connection on it',
      grant: 'ha/#',
    },
  ])
  expect(published(p.connect())).toEqual(['fw/u/state'])
  p.acknowledge('fw/u/state')
  expect(isIdle(p.state, CONFIG)).toBe(true)
})

test('an alert, and what is the unit’s own, is never given up for the connections that end on it', () => {
  for (const p of [publisher(1), publisher()]) {
    if (p.state.lastSeq === 0) p.retain('fw/u/availability')
    for (let i = 0; i < 10; i++) {
      p.connect()
      const sent = p.state.lastSeq === 0 ? p.inFlight() : published(p.found(stored(1)))
      expect(sent).toEqual([p.state.lastSeq === 0 ? 'fw/u/availability' : YARD])
      expect(p.take({ type: 'disconnected' })).toEqual([])
    }
  }
})

test('a connection that we leave ourselves speaks against no topic', () => {
  const p = publisher()
  p.retain('ha/sensor/a')
  for (let i = 0; i < 10; i++) {
    p.connect()
    p.nowMs += 30_001
    expect(p.take({ type: 'tick' })).toMatchObject([{ type: 'leave' }])
    expect(p.take({ type: 'disconnected' })).toEqual([])
  }
})

test('no acknowledgement for 30 s: the connection is left, nothing more goes out on it, and nothing is lost', () => {
  const p = publisher(1)
  p.connect()
  p.found(stored(1))
  p.nowMs = 30_000
  expect(p.take({ type: 'tick' })).toEqual([])
  p.nowMs = 30_001
  expect(p.take({ type: 'tick' })).toEqual([
    { type: 'leave', code: 'FW_BROKER_UNREACHABLE', text: 'no acknowledgement for 30 s' },
  ])
  expect(p.retain('fw/u/state')).toEqual([])
  p.take({ type: 'disconnected' })
  p.connect()
  expect(published(p.found(stored(1)))).toEqual([YARD])
})

test('quota exceeded passes: the connection is left and the alert is not set aside', () => {
  const p = publisher(1)
  p.connect()
  p.found(stored(1))
  expect(p.settle(YARD, { type: 'refused', reason: 0x97, text: 'Quota exceeded (0x97)' })).toEqual([
    { type: 'leave', code: 'FW_BROKER_REFUSED', text: 'the broker takes no more: Quota exceeded (0x97)' },
  ])
  expect(p.inFlight()).toEqual([YARD])
})

test('a spool that cannot be read is tried again after 5 s, and messages go meanwhile', () => {
  const p = publisher(1)
  p.retain('fw/u/state')
  p.connect()
  expect(published(p.take({ type: 'read failed' }))).toEqual(['fw/u/state'])
  p.nowMs = 4_999
  expect(p.take({ type: 'tick' })).toEqual([])
  p.nowMs = 5_000
  expect(p.take({ type: 'tick' })).toEqual([{ type: 'read', after: 0, limit: 32 }])
})
