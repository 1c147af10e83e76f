import { describe, expect, test } from 'vitest'
import { exceededWith, fitTail, survival } from '../../../src/core/baseline/tail.js'
import { seededChance } from '../../../src/core/chance.js'

/** `n` values whose tail is generalised Pareto of shape xi and scale 1 (an exponential for 0), rising. */
function sample(n: number, xi: number, seed: number): number[] {
  const random = seededChance(seed)
  const draw = () => (xi === 0 ? -Math.log(1 - random()) : ((1 - random()) ** -xi - 1) / xi)
  return Array.from({ length: n }, draw).sort((a, b) => a - b)
}

describe('a fitted tail', () => {
  test.each([0, 0.2])('says of rare values what a known one does, or more: shape %s', (xi) => {
    const truth = (d: number) => (xi === 0 ? Math.exp(-d) : (1 + xi * d) ** (-1 / xi))
    for (let seed = 1; seed <= 20; seed++) {
      const tail = fitTail(sample(500, xi, seed))
      const d = xi === 0 ? 6 : 11
      expect(survival(tail, d), `seed ${seed}`).toBeGreaterThan(truth(d) / 6)
      expect(survival(tail, d), `seed ${seed}`).toBeLessThan(truth(d) * 60)
    }
  })

  test('is wider where the values repeat each other', () => {
    const values = sample(500, 0, 3)
    expect(survival(fitTail(values, 10), 8)).toBeGreaterThan(survival(fitTail(values, 1), 8))
  })

  test('of few values goes on from the largest, never narrower than they are', () => {
    const tail = fitTail([-0.1, 0, 0.1, 0.2])
    expect(tail.u).toBe(0.2)
    expect(survival(tail, 0.2)).toBe(1)
    expect(survival(tail, 0.25)).toBeLessThan(1 / 5)
  })

  test('of a constant signal is narrow but no number that breaks', () => {
    const tail = fitTail(new Array(200).fill(-1.46))
    expect(Number.isFinite(survival(tail, 0))).toBe(true)
    expect(survival(tail, -1)).toBeLessThan(1e-9)
  })
})

test('survival falls, and the value that is exceeded with p is its inverse', () => {
  const tail = { u: 0.9, z: 0.05, xi: 0.1, beta: 0.3 }
  for (const p of [0.04, 1e-3, 1e-6]) expect(survival(tail, exceededWith(tail, p))).toBeCloseTo(p, 12)
  expect(survival(tail, 1)).toBeGreaterThan(survival(tail, 1.1))
})
