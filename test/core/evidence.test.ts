import { describe, expect, it } from 'vitest'
import { seededChance } from '../../src/core/chance.js'
import { accumulate, lnBet, lnJoined, MAX_GAP_MS, NO_EVIDENCE, thresholdFor } from '../../src/core/evidence.js'

/** The e-value of one p-value. */
const lnE = (p: number) => lnJoined([{ p, share: 1 }])

describe('mixture bet', () => {
  it.each([
    { p: 1e-3, e: 21 },
    { p: 1e-4, e: 118 },
    { p: 1e-5, e: 754 },
    { p: 1e-6, e: 5239 },
  ])('pays $e at p = $p', ({ p, e }) => {
    expect(Math.round(Math.exp(lnBet(p)))).toBe(e)
  })

  it('is 1/2 at p = 1 and steady next to it', () => {
    expect(Math.exp(lnBet(1))).toBe(0.5)
    const [below, above] = [Math.exp(-0.001001), Math.exp(-0.000999)]
    expect(lnBet(below)).toBeCloseTo(lnBet(above), 5)
  })

  it('has a mean of at most 1 over clean frames', () => {
    let sum = 0
    const n = 200_000
    for (let i = 0; i < n; i++) sum += Math.min(1000, Math.exp(lnBet((i + 0.5) / n)))
    expect(sum / n).toBeLessThanOrEqual(1)
    expect(sum / n).toBeGreaterThan(0.85)
  })

  it.each([0, -0.1, 1.0001, Number.NaN])('refuses p = %s', (p) => {
    expect(() => lnBet(p)).toThrow(expect.objectContaining({ code: 'FW_EVIDENCE_RANGE' }))
  })
})

describe('evidence over time', () => {
  it('stays at 0 on ordinary frames and remembers nothing of them', () => {
    expect(accumulate(NO_EVIDENCE, lnE(0.6), 200)).toEqual(NO_EVIDENCE)
  })

  it('adds up what the bets paid', () => {
    const evidence = accumulate(accumulate(NO_EVIDENCE, lnE(1e-4), 200), lnE(1e-3), 200)
    expect(evidence.nats).toBeCloseTo(lnBet(1e-4) + lnBet(1e-3), 12)
  })

  it('lets no single frame decide: the bet is capped at 1,000', () => {
    expect(accumulate(NO_EVIDENCE, lnE(1e-12), 200).nats).toBeCloseTo(Math.log(1000), 12)
  })

  it('starts afresh after a gap', () => {
    expect(accumulate({ nats: 12 }, lnE(1e-3), MAX_GAP_MS + 1).nats).toBeCloseTo(lnBet(1e-3), 12)
  })

  it('of several signals is a mean, so that it holds however they hang together', () => {
    const joined = lnJoined([
      { p: 1e-4, share: 0.5 },
      { p: 1, share: 0.25 },
    ])
    expect(Math.exp(joined)).toBeCloseTo(0.5 * Math.exp(lnBet(1e-4)) + 0.25 * 0.5, 9)
    const random = seededChance(11)
    let sum = 0
    for (let i = 0; i < 100_000; i++) {
      const p = 1 - random()
      sum += Math.exp(
        lnJoined([
          { p, share: 0.6 },
          { p, share: 0.4 },
        ]),
      )
    }
    expect(sum / 100_000).toBeLessThan(1.05)
  })

  it('alarms on independent clean frames no oftener than the budget', () => {
    const bound = Math.log(1000)
    const random = seededChance(7)
    let evidence = NO_EVIDENCE
    let alarms = 0
    const n = 300_000
    for (let i = 0; i < n; i++) {
      evidence = accumulate(evidence, lnE(1 - random()), 200)
      if (evidence.nats < bound) continue
      alarms++
      evidence = NO_EVIDENCE
    }
    // The mean run to a false alarm is at least 1,000 observations; simulated elsewhere it was 32,000.
    expect(alarms).toBeLessThan(n / 1000)
  })

  it('finds an attack that scores p = 1e-5 within three observations at 0.1 false alarms a day', () => {
    const bound = thresholdFor({ falseAlarmsPerDay: 0.1, observationsPerSecond: 5 })
    expect(Math.exp(bound)).toBeCloseTo(4_320_000, 0)
    let evidence = NO_EVIDENCE
    let n = 0
    for (; evidence.nats < bound; n++) evidence = accumulate(evidence, lnE(1e-5), 200)
    expect(n).toBe(3)
  })
})
