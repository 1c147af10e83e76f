/**
 * The e-detector against a second implementation of it in Python (models/training/camera/edetector.py), which has the bet by
 * quadrature and the run lengths from a Markov chain.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { seededChance } from '../../src/core/chance.js'
import { accumulate, lnJoined, NO_EVIDENCE, PAYS_P } from '../../src/core/evidence.js'
import { meanOf, type RunLength, runLengths } from '../../tools/decision/simulate.js'

interface Stream {
  readonly shares: readonly number[]
  readonly p: readonly (readonly number[])[]
  /** First observation at which the alarm is due, from 1, by the value that it is due at. */
  readonly stops: Readonly<Record<string, number | null>>
}

const { lengths, streams } = JSON.parse(
  readFileSync(new URL('../fixtures/e-detector.json', import.meta.url), 'utf8'),
) as { lengths: readonly RunLength[]; streams: readonly Stream[] }

function stop({ shares, p }: Stream, a: number): number | null {
  let evidence = NO_EVIDENCE
  for (const [i, observation] of p.entries()) {
    evidence = accumulate(evidence, lnJoined(observation.map((one, j) => ({ p: one, share: shares[j]! }))), 200)
    if (evidence.nats >= Math.log(a)) return i + 1
  }
  return null
}

describe('the e-detector and its oracle', () => {
  it('stop at the same observation of the same stream', () => {
    const here = streams.map((one) => Object.keys(one.stops).map((a) => stop(one, Number(a))))
    expect(here).toEqual(streams.map(({ stops }) => Object.values(stops)))
    expect(here.flat().filter((at) => at !== null).length).toBeGreaterThan(8)
  })

  const short = lengths.filter(({ mean }) => mean < 5_000)
  it.each(short.map((one) => [one.name, one.power, one.a, one] as const))(
    "%s, p = u^%i, alarm at %i: the mean length of a run holds the oracle's",
    (_name, power, a, one) => {
      const { mean, low, high } = meanOf(runLengths(one, Math.min(2_000, Math.floor(5e5 / one.mean)), seededChance(17)))
      expect(one.mean).toBeGreaterThan(low)
      expect(one.mean).toBeLessThan(high)
      // what the paper promises of clean frames: at least A
      if (power === 1) expect(mean).toBeGreaterThan(a)
    },
  )

  it('have the same rule of what pays', () => {
    const paying = lengths.find((one) => one.paying)!.paying
    expect(paying).toEqual({ below: PAYS_P, otherwise: 0.3 })
  })

  it('at the default bound and independent signals run for years of clean frames', () => {
    const years =
      Math.min(...lengths.filter(({ a, power }) => a === 4_320_000 && power === 1).map(({ mean }) => mean)) /
      5 /
      86_400 /
      365
    expect(years).toBeGreaterThan(1)
  })
})
