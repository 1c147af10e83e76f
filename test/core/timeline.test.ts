import { expect, test } from 'vitest'
import { type CameraDay, looked, TIMELINE_MINUTES, timelineOf, timelineRows } from '../../src/core/timeline.js'

const MINUTE = 60_000

test('a minute keeps the range of its scores and the worst of its states', () => {
  let day: CameraDay = []
  day = looked(day, 'guarding', -2.004, 10 * MINUTE)
  day = looked(day, 'guarding', -3.5, 10 * MINUTE + 2_000)
  day = looked(day, 'stalled', undefined, 10 * MINUTE + 4_000)
  day = looked(day, 'guarding', -1, 11 * MINUTE)
  expect(day).toEqual([
    { minute: 10, low: -3.5, high: -2, state: 'stalled' },
    { minute: 11, low: -1, high: -1, state: 'guarding' },
  ])
  expect(looked([], 'backoff', undefined, 0)).toEqual([{ minute: 0, low: null, high: null, state: 'backoff' }])
})

test('a day is all that is kept, and a clock that is set back begins anew', () => {
  let day: CameraDay = []
  for (let minute = 0; minute < TIMELINE_MINUTES + 100; minute++) day = looked(day, 'guarding', 0, minute * MINUTE)
  expect([day.length, day[0]!.minute]).toEqual([TIMELINE_MINUTES, 100])
  expect(looked(day, 'guarding', 0, 50 * MINUTE)).toEqual([{ minute: 50, low: 0, high: 0, state: 'guarding' }])
})

test('rows lead back to what they were made of; what is none is left out', () => {
  const day = looked(looked([], 'guarding', -2, 0), 'backoff', undefined, MINUTE)
  const rows: unknown = JSON.parse(JSON.stringify(timelineRows(day)))
  expect(timelineOf(rows)).toEqual(day)
  expect(timelineOf([...(rows as unknown[]), null, [1], [2, 'x', 0, 0], [3, 0, 0, 99], {}])).toEqual(day)
  expect(timelineOf({})).toEqual([])
})
