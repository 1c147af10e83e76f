import { expect, test } from 'vitest'
import {
  EMPTY_OUTBOX,
  type Outbox,
  type Outgoing,
  push,
  putBack,
  restart,
  retain,
  take,
  taken,
  WAITING_MESSAGES,
} from '../../../src/delivery/mqtt/outbox.js'

const any = () => true
const none = () => false

/** Takes all that goes out now. */
function takeAll(outbox: Outbox, maySend: (topic: string) => boolean = any): [Outbox, Outgoing[]] {
  const all: Outgoing[] = []
  for (let next = take(outbox, maySend); next; next = take(outbox, maySend)) {
    outbox = next[0]
    all.push(next[1])
  }
  return [outbox, all]
}

const topics = (messages: readonly Outgoing[]) => messages.map(({ topic }) => topic)

test('a retained topic keeps its order: a new value waits for the one on its way', () => {
  const [first, [message]] = takeAll(retain(EMPTY_OUTBOX, 'a', '1'))
  const newer = retain(retain(first, 'a', '2'), 'a', '3')
  expect(take(newer, any)).toBeUndefined()
  expect(takeAll(taken(newer, message!))[1]).toEqual([{ topic: 'a', payload: '3', retain: true }])
})

test('a new connection gets every retained topic again in the order in which they came first, but not one that was emptied', () => {
  let outbox = retain(retain(retain(retain(EMPTY_OUTBOX, 'a', '1'), 'b', '2'), 'c', '3'), 'b', '')
  const [rest, all] = takeAll(retain(outbox, 'a', '4'))
  outbox = all.reduce(taken, rest)
  expect(takeAll(restart(outbox))[1]).toEqual([
    { topic: 'a', payload: '4', retain: true },
    { topic: 'c', payload: '3', retain: true },
  ])
})

test('what a lost connection took along is sent again, the oldest first, and an emptied topic is emptied then', () => {
  const [busy, lost] = takeAll(push(push(retain(EMPTY_OUTBOX, 'a', ''), 'd', '1'), 'd', '2'))
  const back = putBack(push(busy, 'd', '3'), lost, none)
  expect(takeAll(back)[1].map(({ topic, payload }) => topic + payload)).toEqual(['a', 'd1', 'd2', 'd3'])
})

test('a topic on which the connection may have ended goes after all others', () => {
  const [busy, lost] = takeAll(retain(EMPTY_OUTBOX, 'bad', '1'), (topic) => topic === 'bad')
  const filled = retain(retain(busy, 'a', '2'), 'b', '3')
  expect(topics(takeAll(putBack(filled, lost, any))[1])).toEqual(['a', 'b', 'bad'])
  expect(topics(takeAll(putBack(filled, lost, none))[1])).toEqual(['bad', 'a', 'b'])
})

test('what may not be sent waits and holds up nothing', () => {
  const outbox = push(retain(retain(EMPTY_OUTBOX, 'no', '1'), 'a', '2'), 'd', '3')
  const [rest, all] = takeAll(outbox, (topic) => topic !== 'no')
  expect(topics(all)).toEqual(['a', 'd'])
  expect(topics(takeAll(rest)[1])).toEqual(['no'])
})

test('messages that wait are bounded, the oldest go', () => {
  let outbox = EMPTY_OUTBOX
  for (let i = 0; i < WAITING_MESSAGES + 50; i++) outbox = push(outbox, 'd', String(i))
  const payloads = takeAll(outbox)[1].map(({ payload }) => payload)
  expect([payloads.length, payloads[0], payloads.at(-1)]).toEqual([WAITING_MESSAGES, '50', '149'])
})
