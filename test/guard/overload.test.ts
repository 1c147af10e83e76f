import { expect, test } from 'vitest'
import { overload } from '../../src/guard/overload.js'

const start = { sinceMs: 0, frames: 100, dropped: 0 }

test('nothing is said before ten seconds are over', () => {
  expect(overload(start, 'gate', { frames: 110, dropped: 90 }, 9_999)[1]).toBeUndefined()
})

test('a tenth may be dropped', () => {
  expect(overload(start, 'gate', { frames: 235, dropped: 15 }, 10_000)[1]).toBeUndefined()
})

test('more than a tenth is reported with the figures, and the count begins anew', () => {
  const [next, reported] = overload(start, 'gate', { frames: 175, dropped: 75 }, 10_000)
  expect(reported).toMatchObject({ code: 'FW_OVERLOADED', subject: 'gate', text: '75 of 150 frames dropped in 10 s' })
  expect(overload(next, 'gate', { frames: 325, dropped: 75 }, 20_000)[1]).toBeUndefined()
})

test('a camera that brings nothing is not overloaded', () => {
  expect(overload(start, 'gate', { frames: 100, dropped: 0 }, 60_000)[1]).toBeUndefined()
})
