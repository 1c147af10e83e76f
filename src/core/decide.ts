/**
 * Whether a camera is under attack, decided over time: one step per scored frame.
 * Evidence is an e-CUSUM over the e-values of spaced observations (evidence.ts); it must reach the bound that the wanted
 * false alarms per day set. An open incident is cleared when the evidence has stayed low for `clearAfterMs`.
 */
import {
  accumulate,
  type Evidence,
  HELD_SHARE,
  lnBet,
  MAX_GAP_MS,
  NO_EVIDENCE,
  OBSERVE_EVERY_MS,
  thresholdFor,
} from './evidence.js'
import type { Incident } from './incident.js'
import { COMPARE_AFTER_MS, correlation, kindOf } from './kind.js'
import type { Box, Score } from './verdict.js'

/** An open incident is reported again at most this often, and only when it has changed. */
const UPDATE_EVERY_MS = 30_000
/** A change worth telling: the level by half, the score by as many nats. */
const LEVEL_GROWTH = 1.5
const SCORE_GROWTH = 2
/** p-value of a frame of an attack that is plain to see: 4.8 nats. */
export const PLAIN_P = 1e-4
/** Least weight of a new flagged frame in the running level: at first it is the mean of all. */
const LEVEL_WEIGHT = 0.1

export interface DecisionSettings {
  readonly falseAlarmsPerDay: number
  readonly clearAfterMs: number
  /** Time in which an attack that is plain to see must be able to raise; undefined: the evidence alone decides. */
  readonly raiseWithinMs?: number
  /** Frames a second that the camera brings; observations are spaced from them. */
  readonly rate: number
}

/**
 * A frame with its score. `lnE`: log of its e-value against the camera's clean past; undefined where the frame is no
 * observation (too close to the one before, damaged, or the picture is settling). `noisy`: it is strong noise that speaks.
 * `removal`: what the mapping network took away (kind.ts), for flagged frames.
 */
export interface ScoredFrame {
  readonly atMs: number
  readonly score: Score
  readonly flagged: boolean
  readonly lnE?: number
  readonly noisy?: boolean
  readonly removal?: Int8Array
}

export interface DecisionState {
  readonly evidence: Evidence
  /** When the evidence last left zero. */
  readonly sinceMs: number
  readonly observedAtMs?: number
  /** Since when the evidence of an open incident has been low. */
  readonly quietSinceMs?: number
  readonly pattern?: { readonly atMs: number; readonly removal: Int8Array }
  readonly sameness?: number
  readonly level?: number
  /** Frames that `level` is the mean of. */
  readonly levels: number
  readonly box?: Box
  readonly noisy?: boolean
  readonly worst: number
  readonly incident?: Incident
}

/** The state of a camera that has brought no frame; `open` carries on an incident from before. */
export function startDecision(open?: Incident): DecisionState {
  return {
    evidence: NO_EVIDENCE,
    sinceMs: 0,
    levels: 0,
    worst: Number.NEGATIVE_INFINITY,
    ...(open && { incident: open, worst: open.score, level: open.level, box: open.box }),
  }
}

/**
 * The bound in nats that the evidence must reach. `raiseWithinMs` lowers it where observations of PLAIN_P could not reach it
 * in time: false alarms then come more often than `falseAlarmsPerDay`.
 */
export function boundOf(settings: DecisionSettings): number {
  const observationsPerSecond = Math.min(settings.rate, 1_000 / OBSERVE_EVERY_MS)
  const bound = thresholdFor({ falseAlarmsPerDay: settings.falseAlarmsPerDay, observationsPerSecond })
  if (settings.raiseWithinMs === undefined) return bound
  const observations = Math.max(1, Math.floor((settings.raiseWithinMs * observationsPerSecond) / 1_000))
  return Math.min(bound, observations * lnBet(PLAIN_P))
}

/** Whether a frame at `atMs` is an observation. */
export function observes({ observedAtMs }: DecisionState, atMs: number, rate: number): boolean {
  return observedAtMs === undefined || isDue(atMs - observedAtMs, rate)
}

/** Whether 200 ms have gone by. Half a frame of slack: 15/s are 66.7 ms apart, give or take the arrival. */
export function isDue(gapMs: number, rate: number): boolean {
  return gapMs < 0 || gapMs >= OBSERVE_EVERY_MS - 500 / rate
}

/** One step. Returns the new state and the incident if it changed (its `phase` says how). `newId` names a new incident. */
export function decide(
  state: DecisionState,
  frame: ScoredFrame,
  settings: DecisionSettings,
  newId: () => string,
): [DecisionState, Incident | undefined] {
  let next = frame.flagged || frame.noisy ? describeAttack(state, frame) : state
  if (frame.lnE === undefined) return [next, undefined]
  const gapMs = Math.abs(frame.atMs - (state.observedAtMs ?? frame.atMs))
  const bound = boundOf(settings)
  const before = next.evidence
  const summed = accumulate(before, frame.lnE, gapMs)
  const evidence = { nats: Math.min(summed.nats, next.incident ? HELD_SHARE * bound : bound) }
  next = { ...next, evidence, observedAtMs: frame.atMs, ...(before.nats === 0 && { sinceMs: frame.atMs }) }
  // time in which nothing was judged is no quiet time
  if (gapMs > MAX_GAP_MS) next = { ...next, quietSinceMs: undefined }
  if (evidence.nats === 0 && !next.incident) next = forgetAttack(next)
  return next.incident ? follow(next, next.incident, frame, settings, bound) : raise(next, frame, bound, newId)
}

function describeAttack(state: DecisionState, frame: ScoredFrame): DecisionState {
  const { level } = frame.score
  const levels = level === undefined ? state.levels : state.levels + 1
  const weight = Math.max(LEVEL_WEIGHT, 1 / levels)
  const mixed =
    level === undefined || state.level === undefined
      ? (level ?? state.level)
      : state.level + weight * (level - state.level)
  let { pattern, sameness } = state
  if (frame.removal) {
    if (!pattern) pattern = { atMs: frame.atMs, removal: frame.removal }
    else if (frame.atMs - pattern.atMs >= COMPARE_AFTER_MS) {
      sameness = correlation(pattern.removal, frame.removal)
      pattern = { atMs: frame.atMs, removal: frame.removal }
    }
  }
  const box = frame.score.box
  const worst = Math.max(state.worst, frame.score.logit)
  return { ...state, level: mixed, levels, pattern, sameness, box, worst, noisy: frame.noisy ?? false }
}

function forgetAttack(state: DecisionState): DecisionState {
  return {
    ...state,
    level: undefined,
    levels: 0,
    box: undefined,
    pattern: undefined,
    sameness: undefined,
    noisy: undefined,
    worst: Number.NEGATIVE_INFINITY,
  }
}

function raise(
  state: DecisionState,
  frame: ScoredFrame,
  bound: number,
  newId: () => string,
): [DecisionState, Incident | undefined] {
  if (state.evidence.nats < bound) return [state, undefined]
  const incident: Incident = {
    id: newId(),
    phase: 'raised',
    sinceMs: state.sinceMs,
    raisedAtMs: frame.atMs,
    updatedAtMs: frame.atMs,
    kind: kindOf(state.box, state.sameness, state.noisy),
    level: state.level,
    score: Math.max(state.worst, frame.score.logit),
    box: state.box,
  }
  return [{ ...state, incident, quietSinceMs: undefined }, incident]
}

function follow(
  state: DecisionState,
  incident: Incident,
  frame: ScoredFrame,
  settings: DecisionSettings,
  bound: number,
): [DecisionState, Incident | undefined] {
  const quiet = state.evidence.nats < bound / 2
  const quietSinceMs = quiet ? (state.quietSinceMs ?? frame.atMs) : undefined
  if (quietSinceMs !== undefined && frame.atMs - quietSinceMs >= settings.clearAfterMs) {
    const cleared: Incident = { ...incident, phase: 'cleared', updatedAtMs: frame.atMs }
    const rest = { ...forgetAttack(state), incident: undefined, quietSinceMs: undefined, evidence: NO_EVIDENCE }
    return [rest, cleared]
  }
  const now: Incident = {
    ...incident,
    phase: 'updated',
    updatedAtMs: frame.atMs,
    kind: kindOf(state.box, state.sameness, state.noisy),
    level: state.level ?? incident.level,
    score: Math.max(state.worst, incident.score),
    box: state.box,
  }
  // an alarm comes before its kind can be known: that is told as soon as it is
  const named = incident.kind === 'unknown' && now.kind !== 'unknown'
  const due = named || frame.atMs - incident.updatedAtMs >= UPDATE_EVERY_MS
  if (!quiet && due && changed(incident, now)) return [{ ...state, quietSinceMs, incident: now }, now]
  return [{ ...state, quietSinceMs }, undefined]
}

function changed(before: Incident, now: Incident): boolean {
  return (
    now.kind !== before.kind ||
    (now.level ?? 0) > LEVEL_GROWTH * (before.level ?? 0) ||
    now.score > before.score + SCORE_GROWTH ||
    (now.box === undefined) !== (before.box === undefined)
  )
}
