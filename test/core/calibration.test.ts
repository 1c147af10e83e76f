import { describe, expect, it } from 'vitest'
import { type Calibration, pValue } from '../../src/core/calibration.js'

const calibration: Calibration = {
  frames: 999,
  quantiles: [
    [0, -8],
    [0.5, -6],
    [0.9, -4],
    [0.975, -2],
  ],
  tail: { u: -2, z: 0.025, xi: 0.1, beta: 0.5 },
}

describe('p-value of a score', () => {
  it.each([
    { logit: -9, p: 1 },
    { logit: -8, p: 1 },
    { logit: -7, p: (1 + 999 * 0.75) / 1000 },
    { logit: -6, p: (1 + 999 * 0.5) / 1000 },
    { logit: -3, p: (1 + 999 * 0.0625) / 1000 },
    { logit: -1, p: 0.025 * (1 + (0.1 * 1) / 0.5) ** -10 },
  ])('of $logit is $p', ({ logit, p }) => {
    expect(pValue(calibration, logit)).toBeCloseTo(p, 12)
  })

  it('never rises with the score and stays in (0, 1]', () => {
    let last = 1
    for (let logit = -20; logit < 60; logit += 0.05) {
      const p = pValue(calibration, logit)
      expect(p).toBeGreaterThan(0)
      expect(p).toBeLessThanOrEqual(last)
      last = p
    }
  })

  it('never rises when the upper bound z lies above the rank at u', () => {
    const wide = { ...calibration, tail: { ...calibration.tail, z: 0.04 } }
    expect(pValue(wide, -2)).toBe(0.04)
    expect(pValue(wide, -1.99)).toBeLessThan(0.04)
  })

  it('takes a bounded tail (xi < 0) for an exponential one', () => {
    const bounded = { ...calibration, tail: { ...calibration.tail, xi: -0.5 } }
    expect(pValue(bounded, 0)).toBeCloseTo(0.025 * Math.exp(-4), 12)
  })

  it('never believes in a tail rarer than the frames that were seen', () => {
    const none = { ...calibration, tail: { ...calibration.tail, z: 0 } }
    expect(pValue(none, -1.999999)).toBeCloseTo(1 / 1000, 6)
  })

  it('counts a repeated quantile once', () => {
    const steps = {
      ...calibration,
      quantiles: [
        [0, -8],
        [0.2, -6],
        [0.6, -6],
        [0.975, -2],
      ] as const,
    }
    expect(pValue(steps, -6)).toBeCloseTo((1 + 999 * 0.4) / 1000, 12)
  })
})
