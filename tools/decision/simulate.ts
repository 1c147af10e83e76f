/** The shipped e-detector (core/evidence) on p-values that are drawn: how long it runs until an alarm. */
import { accumulate, lnJoined, NO_EVIDENCE, OBSERVE_EVERY_MS } from '../../src/core/evidence.js'
import { paying } from '../../src/core/suspicion.js'

/** As `camera/edetector.py` writes it; `mean` is what that says, in observations. */
export interface RunLength {
  readonly name: string
  readonly shares: readonly number[]
  /** All signals have the same p-value, or each its own. */
  readonly alike: boolean
  /** Only rare p-values pay. */
  readonly paying?: object
  /** Each p-value is a uniform number to this power: 1 on clean frames, more under attack. */
  readonly power: number
  /** Alarm at this value of the e-CUSUM. */
  readonly a: number
  readonly mean: number
}

/** Lengths of `runs` runs from no evidence to the alarm, in observations. `random`: uniform in [0, 1). */
export function runLengths(one: RunLength, runs: number, random: () => number): number[] {
  const bound = Math.log(one.a)
  const draw = () => {
    const p = Math.max(1e-14, (1 - random()) ** one.power)
    return one.paying ? paying(p) : p
  }
  return Array.from({ length: runs }, () => {
    let evidence = NO_EVIDENCE
    let length = 0
    do {
      const same = draw()
      const bets = one.shares.map((share) => ({ p: one.alike ? same : draw(), share }))
      evidence = accumulate(evidence, lnJoined(bets), OBSERVE_EVERY_MS)
      length++
    } while (evidence.nats < bound)
    return length
  })
}

/** Mean with the bounds of its interval, which holds it with 99 %. */
export function meanOf(lengths: readonly number[]): { mean: number; low: number; high: number } {
  const n = lengths.length
  const mean = lengths.reduce((sum, length) => sum + length, 0) / n
  const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / (n - 1)
  const half = 2.576 * Math.sqrt(variance / n)
  return { mean, low: mean - half, high: mean + half }
}
