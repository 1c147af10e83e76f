import { expect, test } from 'vitest'
import {
  appended,
  emptied,
  type LogState,
  lastOf,
  limitsOf,
  needsSegment,
  overdue,
  segmentAfter,
  withSegment,
} from '../../../src/delivery/spool/log-state.js'

const DAY = 86_400_000
const LIMITS = limitsOf({ maxBytes: 1_000_000, maxAgeMs: 7 * DAY })

/** Segments of ten alerts and 1,000 bytes, one a day: seqs 1 to 10 on day 0, 11 to 20 on day 1, … */
function days(count: number): LogState {
  let log: LogState = { segments: [], lastSeq: 0 }
  for (let day = 0; day < count; day++) {
    const path = `/spool/${day}`
    log = withSegment(log, { path, first: log.lastSeq + 1, begunMs: day * DAY, changedMs: day * DAY, bytes: 0 })
    log = appended(log, 10, 1_000, day * DAY)
  }
  return log
}

const paths = (segments: LogState['segments']) => segments.map(({ path }) => path)

test('each seq is found in its segment, and after the newest there is none', () => {
  const log = days(3)
  expect([0, 9, 10, 19, 20, 29].map((seq) => segmentAfter(log, seq))).toEqual([0, 0, 1, 1, 2, 2])
  expect([30, 99].map((seq) => segmentAfter(log, seq))).toEqual([-1, -1])
  expect([0, 1, 2].map((index) => lastOf(log, index))).toEqual([10, 20, 30])
})

test('a segment ends when it is full or has covered a quarter of max_age; an empty one never', () => {
  const log = days(1)
  expect(needsSegment({ segments: [], lastSeq: 0 }, LIMITS, 0)).toBe(true)
  expect(needsSegment(log, LIMITS, DAY)).toBe(false)
  expect(needsSegment(log, LIMITS, 1.76 * DAY)).toBe(true)
  expect(needsSegment(log, { ...LIMITS, segmentBytes: 1_000 }, 0)).toBe(true)
  const empty = withSegment(log, { path: '/spool/1', first: 11, begunMs: 0, changedMs: 0, bytes: 0 })
  expect(needsSegment(empty, LIMITS, 100 * DAY)).toBe(false)
})

test('what is delivered goes by age, what is not stays, and the newest segment stays whatever its age', () => {
  const log = days(5)
  expect(paths(overdue(log, LIMITS, 50, 8.5 * DAY))).toEqual(['/spool/0', '/spool/1'])
  expect(paths(overdue(log, LIMITS, 19, 8.5 * DAY))).toEqual(['/spool/0'])
  expect(paths(overdue(log, LIMITS, 0, 8.5 * DAY))).toEqual([])
  expect(paths(overdue(log, LIMITS, 50, 1_000 * DAY))).toEqual(['/spool/0', '/spool/1', '/spool/2', '/spool/3'])
})

test('for want of space the oldest go, delivered or not, until the rest fits', () => {
  const log = days(5)
  expect(paths(overdue(log, { ...LIMITS, maxBytes: 3_000 }, 0, 0))).toEqual(['/spool/0', '/spool/1'])
  expect(paths(overdue(log, { ...LIMITS, maxBytes: 1 }, 0, 0))).toEqual(paths(log.segments.slice(0, 4)))
})

test('when the files are gone seq goes on', () => {
  expect(emptied(days(3))).toEqual({ segments: [], lastSeq: 30 })
})
