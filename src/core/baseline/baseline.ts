/**
 * A camera's own clean past: for each regime and signal the level it has and how far it strays from it. Learns from
 * unsuspicious frames alone and at a bounded pace; a level that leaves its drift bound is reported and not followed.
 */
import { OBSERVE_EVERY_MS } from '../evidence.js'
import type { TamperPasts } from '../tamper/past.js'
import { type CleanValues, cleanValues, type SignalPast } from './clean-values.js'
import { glance, NO_PAST, type Past, remember } from './past.js'
import type { Prior, Priors } from './priors.js'
import type { Regime } from './regime.js'
import { type Measurements, SIGNALS, type Signal } from './signals.js'
import { exceededWith, survival, type Tail } from './tail.js'

/** Clean time after which a camera's past is its own. */
export const OWN_AFTER_MS = 600_000
/** Clean time after which a young past has an anchor. */
const ANCHORED_AFTER_MS = 30_000
/** Fewer values than this tell no level. */
export const LEVEL_NEEDS = 8
/** What is learned waits this long for a suspicion to arise: the first frames of an attack are not learned. */
export const LEARN_AFTER_MS = 5_000
/** How far an anchor follows the level of the sample, in drift bounds an hour of clean time. */
const PACE_PER_HOUR = 0.1
const HOUR_MS = 3_600_000
/** A young past, or one after a jump of the whole picture: the level may lie this many drift bounds off. */
const WIDE_DRIFT = 3
/** After a jump the anchor gets there in this time. */
const JUMPED_MS = 600_000

/** `bundle`: nothing of its own; `provisional`: an own level, strays as any camera's; `own`: 10 minutes and more. */
export type Stage = 'bundle' | 'provisional' | 'own'

/** What people see of it. `margin`: rise of C over the camera's level, in log-odds, from which a frame is flagged. */
export interface BaselineFacts {
  readonly stage: Stage
  readonly regime: Regime
  readonly learnedMs: number
  readonly margin: number
}

export interface RegimePast {
  readonly learnedMs: number
  readonly signals: Readonly<Record<Signal, SignalPast>>
}

interface Pending {
  readonly atMs: number
  readonly measurements: Measurements
}

/** `regime`: the light now; `from`: the one before. `jumpedAtMs`: when the whole picture last changed at once. */
export interface Baseline {
  readonly regime: Regime
  readonly from?: Regime
  readonly regimes: Readonly<Partial<Record<Regime, RegimePast>>>
  readonly pending: readonly Pending[]
  readonly jumpedAtMs?: number
  /** What tamper is judged against. */
  readonly tamper: TamperPasts
}

export const NO_BASELINE: Baseline = { regime: 'colour', regimes: {}, pending: [], tamper: {} }

/** How far a value lies from the level that was expected, and how rare it is to lie so far above, (0, 1]. */
export interface Deviation {
  readonly d: number
  readonly above: number
}

export type Deviations = Readonly<Partial<Record<Signal, Deviation>>>

export function stageOf(baseline: Baseline): Stage {
  const own = baseline.regimes[baseline.regime]
  // mode `full` has no screen, a quiet camera few runs of the chain
  const known = own && Math.max(own.signals.screen.past.levels.length, own.signals.chain.past.levels.length)
  if (!own || !known || known < LEVEL_NEEDS) return 'bundle'
  return own.learnedMs >= OWN_AFTER_MS ? 'own' : 'provisional'
}

/** The light is another one: its own past is taken up, or begun. */
export function enter(baseline: Baseline, regime: Regime): Baseline {
  return regime === baseline.regime ? baseline : { ...baseline, regime, from: baseline.regime, pending: [] }
}

/** The whole picture has changed at once: what it settles to is its level from here, within a wider bound for a minute. */
export function jump(baseline: Baseline, atMs: number): Baseline {
  const own = baseline.regimes[baseline.regime]
  if (!own) return { ...baseline, pending: [], jumpedAtMs: atMs }
  const signals = mapSignals(own.signals, (signal) => ({
    ...signal,
    past: { ...signal.past, recent: [], recentLevel: undefined },
  }))
  const regimes = { ...baseline.regimes, [baseline.regime]: { ...own, signals } }
  return { ...baseline, regimes, pending: [], jumpedAtMs: atMs }
}

/**
 * The level expected of a clean frame: what the last half minute had, within the drift bound of the anchor and not above the
 * ceiling; undefined while the camera has none. A regime that is new to it begins at the level of the one before.
 */
export function expectedLevel(baseline: Baseline, signal: Signal, prior: Prior, atMs: number): number | undefined {
  const { regime, regimes, from } = baseline
  const own = regimes[regime]?.signals[signal]
  const known = own && own.past.levels.length >= LEVEL_NEEDS ? own : from && regimes[from]?.signals[signal]
  const anchor = known?.anchor ?? known?.clean?.level
  if (anchor === undefined) return undefined
  const drift = driftBound(baseline, prior, atMs)
  const recent = (known === own ? own?.past.recentLevel : undefined) ?? anchor
  return Math.min(prior.ceiling, Math.max(anchor - drift, Math.min(anchor + drift, recent)))
}

/** How far the level may lie from its anchor at `atMs`. */
function driftBound(baseline: Baseline, prior: Prior, atMs: number): number {
  const { regime, regimes } = baseline
  const young = (regimes[regime]?.learnedMs ?? 0) < OWN_AFTER_MS
  return young || hasJumped(baseline, atMs) ? prior.drift * WIDE_DRIFT : prior.drift
}

function hasJumped({ jumpedAtMs }: Baseline, atMs: number): boolean {
  return jumpedAtMs !== undefined && Math.abs(atMs - jumpedAtMs) < JUMPED_MS
}

/**
 * How far the measurements lie from what is expected at this camera, and how rare that is. `widen`: the camera's margin over
 * the automatic one, 1 for `auto`: a deviation counts 1 / widen of itself. Without a level of its own a camera is judged from
 * the ceiling.
 */
export function deviations(
  baseline: Baseline,
  measurements: Measurements,
  priors: Priors,
  atMs: number,
  widen = 1,
): Deviations {
  const own = baseline.regimes[baseline.regime]
  const found: Partial<Record<Signal, Deviation>> = {}
  for (const signal of SIGNALS) {
    const value = measurements[signal]
    if (value === undefined) continue
    const prior = priors[signal]
    const level = expectedLevel(baseline, signal, prior, atMs)
    const d = value - (level ?? prior.ceiling)
    const clean = own?.signals[signal].clean
    const above = rarity(d / widen, prior.upper, clean?.upper)
    found[signal] = { d, above }
  }
  return found
}

/** The deviation of `signal` that a clean frame of this camera exceeds with probability `p`. */
export function marginOf(baseline: Baseline, signal: Signal, priors: Priors, p: number): number {
  const own = baseline.regimes[baseline.regime]?.signals[signal].clean?.upper
  const prior = exceededWith(priors[signal].upper, p)
  return own && own.z > p ? Math.max(prior, exceededWith(own, p)) : prior
}

/** The camera's own spread can widen what any camera shows, never narrow it: what it has not met yet still comes. */
function rarity(d: number, prior: Tail, own: Tail | undefined): number {
  return Math.max(survival(prior, d), own ? survival(own, d) : 0, Number.MIN_VALUE)
}

/** Notes an unsuspicious observation, to be learned after 5 s in which nothing has become suspicious. */
export function note(baseline: Baseline, atMs: number, measurements: Measurements): Baseline {
  return { ...baseline, pending: [...baseline.pending, { atMs, measurements }] }
}

/** Something is suspicious, or the picture has jumped: what waits is not learned. */
export function forget(baseline: Baseline): Baseline {
  return baseline.pending.length === 0 ? baseline : { ...baseline, pending: [] }
}

/** Learns what has waited long enough; `settling`: at once, as the picture is finding its level. */
export function learn(baseline: Baseline, atMs: number, priors: Priors, settling = false): Baseline {
  let next = baseline
  while (next.pending.length > 0 && Math.abs(atMs - next.pending[0]!.atMs) >= (settling ? 0 : waitOf(next))) {
    const [first, ...pending] = next.pending
    const gapMs = pending.length > 0 ? Math.min(1_000, Math.abs(pending[0]!.atMs - first!.atMs)) : OBSERVE_EVERY_MS
    const regimes = { ...next.regimes, [next.regime]: learned(next, first!, gapMs, priors, settling) }
    next = { ...next, regimes, pending }
  }
  return next
}

/** A camera without any level learns at once: it is judged from the ceiling until it has one. */
function waitOf(baseline: Baseline): number {
  return stageOf(baseline) === 'bundle' ? 0 : LEARN_AFTER_MS
}

const NOTHING: RegimePast = {
  learnedMs: 0,
  signals: { screen: { past: NO_PAST }, chain: { past: NO_PAST }, noise: { past: NO_PAST } },
}

function learned(
  baseline: Baseline,
  { atMs, measurements }: Pending,
  gapMs: number,
  priors: Priors,
  settling: boolean,
): RegimePast {
  const own = baseline.regimes[baseline.regime] ?? NOTHING
  const learnedMs = own.learnedMs + gapMs
  const signals = mapSignals(own.signals, (before, signal) => {
    const value = measurements[signal]
    if (value === undefined) return before
    const prior = priors[signal]
    // how far a value strays is counted from the camera's own level, also while that is sought
    const { levels, recentLevel } = before.past
    const sought = levels.length < LEVEL_NEEDS || settling
    const level = (sought ? recentLevel : expectedLevel(baseline, signal, prior, atMs)) ?? value
    const bound = driftBound(baseline, prior, atMs)
    // a level that has left its bound is followed no more: an attack that creeps in would widen what counts as clean
    if (before.anchor !== undefined && Math.abs((recentLevel ?? before.anchor) - before.anchor) > bound) {
      return { ...before, past: glance(before.past, value) }
    }
    const [past, changed] = remember(before.past, value, value - level, atMs)
    const clean = changed && past.levels.length > 1 ? cleanValues(past, before.clean) : before.clean
    const pace = hasJumped(baseline, atMs) ? (WIDE_DRIFT * HOUR_MS) / JUMPED_MS : PACE_PER_HOUR
    const step = (pace * prior.drift * gapMs) / HOUR_MS
    return { past, clean, anchor: anchorOf(before, clean, own.learnedMs, learnedMs, step) }
  })
  return { learnedMs, signals }
}

/** A signal's past as it was kept: its distribution is fitted anew. */
export function restoredSignal(
  levels: readonly number[],
  strays: readonly number[],
  spacingMs: number,
  anchor: number | undefined,
): SignalPast {
  const past: Past = { ...NO_PAST, levels, deviations: strays, spacingMs }
  return levels.length > 1 ? { past, clean: cleanValues(past, undefined), anchor } : { past, anchor }
}

function mapSignals<T>(
  signals: Readonly<Record<Signal, SignalPast>>,
  change: (past: SignalPast, signal: Signal) => T,
): Readonly<Record<Signal, T>> {
  const { screen, chain, noise } = signals
  return { screen: change(screen, 'screen'), chain: change(chain, 'chain'), noise: change(noise, 'noise') }
}

/**
 * An anchor is set after half a minute: what creeps in from then on is not followed without end. It is set anew when the past
 * becomes the camera's own, and then follows its recent level by `step` at most. `beforeMs`, `learnedMs`: clean time that was
 * and is learned.
 */
function anchorOf(
  { anchor, past }: SignalPast,
  clean: CleanValues | undefined,
  beforeMs: number,
  learnedMs: number,
  step: number,
): number | undefined {
  if (!clean || learnedMs < ANCHORED_AFTER_MS) return anchor
  const becomesOwn = beforeMs < OWN_AFTER_MS && learnedMs >= OWN_AFTER_MS
  if (anchor === undefined || becomesOwn) return clean.level
  if (learnedMs < OWN_AFTER_MS) return anchor
  const level = past.recentLevel ?? clean.level
  return anchor + Math.max(-step, Math.min(step, level - anchor))
}

/** The signal whose recent level has left its drift bound, if any: an attack that creeps in, or a camera that has changed. */
export function drifted(baseline: Baseline, priors: Priors, atMs: number): { signal: Signal; by: number } | undefined {
  const own = baseline.regimes[baseline.regime]
  if (!own || own.learnedMs < OWN_AFTER_MS) return undefined
  for (const signal of SIGNALS) {
    const { past, anchor } = own.signals[signal]
    const by = (past.recentLevel ?? 0) - (anchor ?? 0)
    if (anchor !== undefined && Math.abs(by) > driftBound(baseline, priors[signal], atMs)) return { signal, by }
  }
  return undefined
}
