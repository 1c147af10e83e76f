import { expect, test } from 'vitest'
import { diagnostic } from '../../src/core/diagnostic.js'
import type { FwCode } from '../../src/core/errors.js'
import { repeatGate } from '../../src/core/repeat.js'

/** A gate, and what it emitted as `code subject text count`. */
function gate() {
  const emitted: string[] = []
  const { pass, flush } = repeatGate(({ code, subject, text, count }) =>
    emitted.push(`${code} ${subject} ${text} ${count}`),
  )
  const say = (
    text: string,
    nowMs: number,
    { code = 'FW_CAMERA_CORRUPT' as FwCode, subject = 'gate', count = 1 } = {},
  ) => pass(diagnostic(code, subject, text, count), nowMs)
  return { say, flush, take: () => emitted.splice(0) }
}

test('the first is emitted at once', () => {
  const { say, take } = gate()
  say('x', 0)
  expect(take()).toEqual(['FW_CAMERA_CORRUPT gate x 1'])
})

test('repeats within a second are held, whatever their text, and emitted once with their count', () => {
  const { say, flush, take } = gate()
  say('x', 0)
  for (let i = 1; i <= 5; i++) say(`x${i}`, i * 100)
  flush(999)
  expect(take()).toEqual(['FW_CAMERA_CORRUPT gate x 1'])
  flush(1_000)
  expect(take()).toEqual(['FW_CAMERA_CORRUPT gate x5 5'])
  flush(1_500)
  expect(take()).toEqual([])
})

test('a repeat after the second carries those that were held', () => {
  const { say, take } = gate()
  say('x', 0)
  say('y', 500, { count: 3 })
  take()
  say('z', 1_200)
  expect(take()).toEqual(['FW_CAMERA_CORRUPT gate z 4'])
})

test('codes and subjects do not hold each other back', () => {
  const { say, take } = gate()
  say('x', 0)
  say('y', 1, { subject: 'yard' })
  say('z', 2, { code: 'FW_CAMERA_STALLED' })
  expect(take()).toEqual(['FW_CAMERA_CORRUPT gate x 1', 'FW_CAMERA_CORRUPT yard y 1', 'FW_CAMERA_STALLED gate z 1'])
})

test('one that has been quiet for a second is new again; at the end nothing is left', () => {
  const { say, flush, take } = gate()
  say('x', 0)
  flush(5_000)
  say('y', 5_001)
  say('z', 5_002)
  flush(Number.POSITIVE_INFINITY)
  flush(Number.POSITIVE_INFINITY)
  expect(take()).toEqual(['FW_CAMERA_CORRUPT gate x 1', 'FW_CAMERA_CORRUPT gate y 1', 'FW_CAMERA_CORRUPT gate z 1'])
})
