import { expect, test } from 'vitest'
import { type Allowance, FULL_ALLOWANCE, spend } from '../../../src/delivery/mqtt/allowance.js'

test('20 at once, then 5 a second, and never more than 20 saved up', () => {
  let allowance: Allowance = FULL_ALLOWANCE
  const ask = (times: number, nowMs: number) => {
    let granted = 0
    for (let i = 0; i < times; i++) {
      const [next, ok] = spend(allowance, nowMs)
      allowance = next
      if (ok) granted++
    }
    return granted
  }
  expect(ask(100, 0)).toBe(20)
  expect(ask(100, 1_000)).toBe(5)
  expect(ask(100, 1_100)).toBe(0)
  expect(ask(100, 1_200)).toBe(1)
  expect(ask(100, 3_600_000)).toBe(20)
})
