import { expect, test } from 'vitest'
import { isSettled, markSettled, progressFrom, skipTo } from '../../../src/delivery/spool/progress.js'

test('the cursor moves over the gap-free part only', () => {
  const some = markSettled(progressFrom(10), [12, 13])
  expect([some.cursor, some.ahead.size]).toEqual([10, 2])
  const all = markSettled(some, [11])
  expect([all.cursor, all.ahead.size]).toEqual([13, 0])
  expect([some.cursor, some.ahead.size]).toEqual([10, 2])
})

test('an acknowledgement of what is behind the cursor changes nothing', () => {
  const progress = markSettled(progressFrom(10), [3])
  expect([progress.cursor, progress.ahead.size]).toEqual([10, 0])
  expect([isSettled(progress, 3), isSettled(progress, 11)]).toEqual([true, false])
})

test('skipping counts what was not delivered', () => {
  const [progress, skipped] = skipTo(markSettled(progressFrom(0), [2, 6]), 5)
  expect(skipped).toBe(4)
  expect([progress.cursor, progress.ahead.size]).toEqual([6, 0])
  expect(skipTo(progress, 5)).toEqual([progress, 0])
})
