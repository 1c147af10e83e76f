import { expect, test } from 'vitest'
import { due, noRepeats, tell } from '../../src/core/repeat.js'

test('the first is told at once', () => {
  expect(tell(noRepeats<string>(), 'a', 'x', 0)[1]).toEqual({ item: 'x', count: 1 })
})

test('repeats within a second are held, and told once with their count', () => {
  let [repeats] = tell(noRepeats<string>(), 'a', 'x', 0)
  for (let i = 1; i <= 5; i++) {
    const [next, told] = tell(repeats, 'a', `x${i}`, i * 100)
    expect(told).toBeUndefined()
    repeats = next
  }
  expect(due(repeats, 900)[1]).toEqual([])
  const [after, told] = due(repeats, 1_000)
  expect(told).toEqual([{ item: 'x5', count: 5 }])
  expect(due(after, 1_500)[1]).toEqual([])
})

test('a repeat after the second carries those that were held', () => {
  const [first] = tell(noRepeats<string>(), 'a', 'x', 0)
  const [second] = tell(first, 'a', 'y', 500, 3)
  expect(tell(second, 'a', 'z', 1_200)[1]).toEqual({ item: 'z', count: 4 })
})

test('keys do not hold each other back, and quiet ones are forgotten', () => {
  const [first] = tell(noRepeats<string>(), 'a', 'x', 0)
  const [second, told] = tell(first, 'b', 'y', 1)
  expect(told).toEqual({ item: 'y', count: 1 })
  expect(due(second, 5_000)[0].size).toBe(0)
})
