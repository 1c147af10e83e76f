import { expect, test } from 'vitest'
import { progressFrom } from '../../src/delivery/progress.js'

test('the cursor moves over the gap-free part only', () => {
  const progress = progressFrom(10)
  progress.add(12)
  progress.add(13)
  expect([progress.cursor, progress.ahead]).toEqual([10, 2])
  progress.add(11)
  expect([progress.cursor, progress.ahead]).toEqual([13, 0])
})

test('an acknowledgement of what is behind the cursor changes nothing', () => {
  const progress = progressFrom(10)
  progress.add(3)
  expect([progress.cursor, progress.ahead, progress.has(3), progress.has(11)]).toEqual([10, 0, true, false])
})

test('skipping counts what was not delivered', () => {
  const progress = progressFrom(0)
  progress.add(2)
  progress.add(6)
  expect(progress.skipTo(5)).toBe(4)
  expect([progress.cursor, progress.ahead]).toEqual([6, 0])
})
