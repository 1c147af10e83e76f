/** Evidence over time that a camera's frames are perturbed: a sequential test whose false alarms are set in days. */
import { FwError } from './errors.js'

/** `nats` >= 0: log of the e-CUSUM. */
export interface Evidence {
  readonly nats: number
}

export const NO_EVIDENCE: Evidence = { nats: 0 }

/**
 * Spacing of observations. All frames are judged, but neighbours repeat each other: simulated at 15/s with correlation 0.9,
 * evidence from each frame gives 1,903 false alarms a day where 0.1 were asked for.
 */
export const OBSERVE_EVERY_MS = 200
/** Beyond this gap the picture before says nothing about the one after. */
export const MAX_GAP_MS = 5_000
/** One frame may not decide: with a cap of 1e3 a bound of 4.3e6 takes three. */
const CAP = 1e3
/**
 * Only what is rarer than this pays. Deviations repeat themselves for as long as what causes them lasts: rain that lifts a
 * score to where one observation in fifty lies would add up to an alarm within seconds. A larger p only makes the test more
 * careful.
 */
export const PAYS_P = 1e-3
/** Evidence of an open incident is held at this share of the bound: how long it lasted must not delay its end. */
export const HELD_SHARE = 0.75
const DAY_S = 86_400

/**
 * One step of the e-CUSUM C_t = e_t max(C_(t-1), 1). `lnE`: log of the observation's e-value; gapMs since the observation
 * before. If E[e | past] <= 1 on clean frames, the mean time to a false alarm at C >= A is at least A observations
 * (Shin, Ramdas, Rinaldo 2022).
 */
export function accumulate(evidence: Evidence, lnE: number, gapMs: number): Evidence {
  const before = Math.abs(gapMs) > MAX_GAP_MS ? 0 : evidence.nats
  const nats = before + lnE
  return nats > 0 ? { nats } : NO_EVIDENCE
}

/** One of the p-values that are known of an observation, (0, 1], and its share of the stake; all shares sum to 1 at most. */
export interface Bet {
  readonly p: number
  readonly share: number
}

/**
 * Log of the e-value of an observation of which several p-values are known: the mean of their bets by share, each capped at
 * 1,000. A mean of e-values is one, however they depend on each other (Vovk and Wang 2021). What is not staked is lost: a
 * signal that was not measured pays nothing. Throws FW_EVIDENCE_RANGE.
 */
export function lnJoined(bets: readonly Bet[]): number {
  let e = 0
  for (const { p, share } of bets) e += share * Math.min(CAP, Math.exp(lnBet(p)))
  return Math.log(e)
}

/**
 * Log of the mixture over k in (0, 1) of the bets k p^(k-1): (1 - p + p ln p) / (p ln^2 p), which has mean 1 for uniform p
 * and is 1/2 at p = 1. Throws FW_EVIDENCE_RANGE.
 */
export function lnBet(p: number): number {
  if (!(p > 0 && p <= 1)) throw new FwError('FW_EVIDENCE_RANGE', `p-value ${p} is not in (0, 1]`)
  const l = -Math.log(p)
  // (e^l - 1 - l) / l^2, which cancels near 0.
  if (l < 1e-3) return Math.log(0.5 + l / 6 + (l * l) / 24)
  return Math.log(Math.expm1(l) - l) - 2 * Math.log(l)
}

/** Nats at which an alarm is due: ln of the observations between two false alarms. */
export function thresholdFor(budget: { falseAlarmsPerDay: number; observationsPerSecond: number }): number {
  return Math.log((DAY_S * budget.observationsPerSecond) / budget.falseAlarmsPerDay)
}
