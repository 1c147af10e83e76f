/**
 * How often the decision would raise at this camera without an attack: its own strays, drawn again in blocks of 30 s, with
 * what lies in a tail drawn from the fitted tail, against the decision that ships. Signals are drawn apart: what two of them
 * do together in their tails no recording of minutes shows. A fitted tail has its upper bound for a scale: the model errs upwards.
 */
import type { Signal } from '../core/baseline/signals.js'
import { exceededWith, survival } from '../core/baseline/tail.js'
import { accumulate, NO_EVIDENCE, OBSERVE_EVERY_MS } from '../core/evidence.js'
import { STRAY_BLOCK, type StrayBlock, type StrayTails, strayBlocks, strayTails } from './excursions.js'
import type { Observation } from './recorder.js'

/** Uniform in [0, 1). */
export type Chance = () => number

/** The decision as it would be made at this camera. */
export interface ModelledDecision {
  /** Log of the e-value of an observation with these strays. */
  lnE(strays: Observation['strays']): number
  /** The least stray of `signal` that can be evidence. */
  paysFrom(signal: Signal): number
  /** Nats at which it raises. */
  readonly bound: number
}

/** `per_day`: false alarms, on the average; `interval`: of 90 %, over resampled recordings. `observed_hours` had none. */
export interface ModelledFalseAlarms {
  readonly observed_hours: number
  readonly per_day: number
  readonly interval: readonly [number, number]
  readonly simulated_days: number
}

/** Several hundred camera-days take seconds. */
const RUNS = { resamples: 40, days: 5 }
/** So many alarms tell a rate, and a camera that has them is a bad one however long it is simulated. */
const MOST_ALARMS = 50
const DAY_MS = 86_400_000
/** With no alarm in n days fewer than 3 / n a day are 95 % sure. */
const RULE_OF_THREE = 3

/** `tau`: integrated autocorrelation time of each signal's strays, in observations. */
export function modelFalseAlarms(
  observations: readonly Observation[],
  tau: Readonly<Record<Signal, number>>,
  decision: ModelledDecision,
  chance: Chance,
  runs = RUNS,
): ModelledFalseAlarms {
  const strays = observations.map((observation) => observation.strays)
  const rate = (from: readonly Observation['strays'][]) => {
    const tails = strayTails(from, tau)
    const { alarms, days } = simulateAlarms(strayBlocks(from, tails), tails, decision, runs.days, chance)
    return alarms / days
  }
  const { resamples } = runs
  const rates = Array.from({ length: resamples }, () => rate(resampled(strays, chance))).sort((a, b) => a - b)
  const days = resamples * runs.days
  const at = (share: number) => rates[Math.min(resamples - 1, Math.floor(share * resamples))]!
  return {
    observed_hours: (observations.length * OBSERVE_EVERY_MS) / 3_600_000,
    per_day: rates.reduce((sum, one) => sum + one, 0) / resamples,
    interval: [at(0.05), Math.max(at(0.95), RULE_OF_THREE / days)],
    simulated_days: days,
  }
}

/**
 * Alarms in so many days of blocks drawn at random, or in fewer where they are many. After an alarm the evidence begins anew.
 */
export function simulateAlarms(
  blocks: readonly StrayBlock[],
  tails: StrayTails,
  decision: ModelledDecision,
  days: number,
  chance: Chance,
): { readonly alarms: number; readonly days: number } {
  let evidence = NO_EVIDENCE
  let [alarms, ms] = [0, 0]
  while (ms < days * DAY_MS && alarms < MOST_ALARMS) {
    const block = blocks[Math.floor(chance() * blocks.length)]!
    ms += block.strays.length * OBSERVE_EVERY_MS
    const { strays, paying } = drawn(block, tails, decision, chance)
    // where nothing pays each observation takes evidence away
    if (!paying && evidence.nats === 0) continue
    for (const stray of strays()) {
      evidence = accumulate(evidence, decision.lnE(stray), OBSERVE_EVERY_MS)
      if (evidence.nats < decision.bound) continue
      alarms++
      evidence = NO_EVIDENCE
      break
    }
  }
  return { alarms, days: ms / DAY_MS }
}

/** The block with one draw from the tail for each excursion, which it keeps for as long as it lasts. */
function drawn({ strays, excursions }: StrayBlock, tails: StrayTails, decision: ModelledDecision, chance: Chance) {
  let paying = false
  // share of the tail that lies beyond the draw, (0, 1]
  const shares = excursions.map(({ signal }) => {
    const tail = tails[signal]
    const share = 1 - chance()
    paying ||= share * tail.z <= survival(tail, decision.paysFrom(signal))
    return share
  })
  return {
    paying,
    strays() {
      const changed = strays.map((stray) => ({ ...stray }))
      for (const [i, { signal, from, to }] of excursions.entries()) {
        const tail = tails[signal]
        const stray = exceededWith(tail, tail.z * shares[i]!)
        for (let at = from; at < to; at++) changed[at]![signal] = stray
      }
      return changed
    },
  }
}

/** As long a recording, of blocks of it in any order: what another recording of the same camera might have been. */
function resampled(strays: readonly Observation['strays'][], chance: Chance): Observation['strays'][] {
  const size = Math.min(STRAY_BLOCK, strays.length)
  const found: Observation['strays'][] = []
  while (found.length < strays.length) {
    const from = Math.floor(chance() * (strays.length - size + 1))
    found.push(...strays.slice(from, from + size))
  }
  return found.slice(0, strays.length)
}
