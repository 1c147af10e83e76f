import { expect, test } from 'vitest'
import type { BrokerEnd } from '../../../src/delivery/mqtt/broker-end.js'
import { beginReconnect, type Ended, type Followed, reconnectAfter } from '../../../src/delivery/mqtt/reconnect.js'

const away: BrokerEnd = { code: 'FW_BROKER_UNREACHABLE', text: 'away', versionRefused: false }
const refusal: BrokerEnd = { code: 'FW_BROKER_REFUSED', text: 'no', versionRefused: true }
const unreachable: Ended = { type: 'refused', end: away }
const otherVersion: Ended = { type: 'refused', end: refusal }
const closed = (heldMs: number, denied = false): Ended => ({ type: 'closed', end: away, heldMs, denied })

function follow(wanted: 'auto' | 5 | 4, ends: readonly Ended[]): Followed[] {
  let state = beginReconnect(wanted)
  return ends.map((ended) => {
    const followed = reconnectAfter(state, ended, wanted)
    state = followed.next
    return followed
  })
}

test('pauses grow while nobody answers, each end is reported', () => {
  const followed = follow('auto', [unreachable, unreachable, unreachable])
  expect(followed.map(({ pause }) => pause)).toEqual([0, 1, 2])
  expect(followed.map(({ report }) => report)).toEqual([away, away, away])
})

test('after a connection that held the next pause is the shortest again', () => {
  const pauses = follow('auto', [unreachable, closed(50), closed(20_000), closed(50)]).map(({ pause }) => pause)
  expect(pauses).toEqual([0, 1, 0, 0])
})

test('another version is tried at once, and once', () => {
  const followed = follow('auto', [otherVersion, otherVersion, otherVersion, otherVersion])
  expect(followed.map(({ pause }) => pause)).toEqual([undefined, 0, undefined, 1])
  expect(followed.map(({ next }) => next.protocol)).toEqual([4, 5, 4, 5])
  expect(followed.map(({ report }) => report)).toEqual([undefined, refusal, undefined, refusal])
})

test('a version set by hand stays', () => {
  const followed = follow(5, [otherVersion, otherVersion])
  expect(followed.map(({ next, pause }) => [next.protocol, pause])).toEqual([
    [5, 0],
    [5, 1],
  ])
})

test('three short connections in a row are another client of this name, and a good one ends the row', () => {
  const codes = follow('auto', [closed(1), closed(1), closed(1), closed(1), closed(20_000), closed(1)]).map(
    ({ report }) => report?.code,
  )
  const [U, K] = ['FW_BROKER_UNREACHABLE', 'FW_BROKER_KICKED']
  expect(codes).toEqual([U, U, K, K, U, U])
})

test('a broker that leaves with a denial is no kick: nothing more to report, and the shortest pause', () => {
  const followed = follow('auto', [unreachable, unreachable, closed(1, true), closed(1, true), closed(1, true)])
  expect(followed.slice(2).map(({ pause, report }) => [pause, report])).toEqual([
    [0, undefined],
    [0, undefined],
    [0, undefined],
  ])
})
