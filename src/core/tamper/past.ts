/** What a camera has shown while nobody tampered with it: its views, and how its signals stray; for each light. */
import { cleanValues, type SignalPast } from '../baseline/clean-values.js'
import { NO_PAST, remember } from '../baseline/past.js'
import type { Regime } from '../baseline/regime.js'
import { survival } from '../baseline/tail.js'
import { TAMPER_PRIORS, TAMPER_SIGNALS, type TamperMeasurements, type TamperSignal } from './signals.js'
import { type Cells, compare, type Likeness } from './structure.js'

/** A scene as it is on average; `weight`: of so many seconds. */
export interface KnownView extends Cells {
  readonly weight: number
}

/** `candidate`: a view that has not stood for long enough to be known. */
export interface TamperPast {
  readonly views: readonly KnownView[]
  readonly candidate?: KnownView
  readonly signals: Readonly<Partial<Record<TamperSignal, SignalPast>>>
}

export type TamperPasts = Readonly<Partial<Record<Regime, TamperPast>>>

export const NO_TAMPER_PAST: TamperPast = { views: [], signals: {} }

/** A view is known once it has stood for so many seconds; a camera that is carried about has none. */
const KNOWN_AFTER_S = 9
/** From this likeness on two pictures show the same view. */
const SAME_VIEW = 0.7
/** A known view follows what it shows at this pace: half an hour. */
const FOLLOWS_S = 1_800
/** Less likeness than this with the view at hand, and the others are looked at. */
const LOOK_FURTHER = 0.6
/** Fewer values than this tell no level. */
const LEVEL_NEEDS = 5

/** The known view that a picture is most like. `own`: it is of this light, so that detail can be compared, too. */
export interface Match {
  readonly likeness: Likeness
  readonly index: number
  readonly own: boolean
}

/** Compares with the views of this light, and where none fits with those of the others; undefined: no view is known. */
export function matchView(pasts: TamperPasts, regime: Regime, scene: Cells): Match | undefined {
  let best: Match | undefined
  const others = Object.keys(pasts).filter((name) => name !== regime) as Regime[]
  for (const name of [regime, ...others]) {
    for (const [index, view] of (pasts[name]?.views ?? []).entries()) {
      if (best && (best.likeness.seen ?? 1) >= LOOK_FURTHER) return best
      if (view.means.length !== scene.means.length) continue
      const likeness = compare(scene, view)
      if (!best || (likeness.seen ?? 1) > (best.likeness.seen ?? 1)) best = { likeness, index, own: name === regime }
    }
  }
  return best
}

/** What is known of a signal in this light; in one that is new to the camera, of another: a lens that is covered is a new light, too. */
export function knownOf(pasts: TamperPasts, regime: Regime, signal: TamperSignal): SignalPast | undefined {
  const lights = [regime, ...(Object.keys(pasts) as Regime[])]
  return lights.map((name) => pasts[name]?.signals[signal]).find((own) => own && own.past.levels.length >= LEVEL_NEEDS)
}

/** What is measured against a known view has a level from the beginning. */
const AGAINST_VIEW: readonly TamperSignal[] = ['lost', 'blur', 'veil']

/** Rarity of a measurement at a camera, (0, 1]; `own` undefined: its level is not known yet. */
export function rarityOf(
  own: SignalPast | undefined,
  signal: TamperSignal,
  value: number,
  sensitivity: number,
): number {
  if (!own && !AGAINST_VIEW.includes(signal)) return 1
  const { strays, most } = TAMPER_PRIORS[signal]
  const prior = survival(strays, (value - levelOf(own, signal)) * sensitivity)
  const clean = most ? undefined : own?.clean
  return Math.max(prior, clean ? survival(clean.upper, (value - clean.level) * sensitivity) : 0, Number.MIN_VALUE)
}

/** The level from which a measurement strays. */
export function levelOf(own: SignalPast | undefined, signal: TamperSignal): number {
  const { least, most } = TAMPER_PRIORS[signal]
  if (!own?.clean) return least
  return Math.max(least, most ? Math.max(...own.past.levels) : own.clean.level)
}

/** An unsuspicious second. What strays far is not learned: who goes slowly would teach the camera to expect it. */
export function learnSignals(past: TamperPast, measured: TamperMeasurements, atMs: number): TamperPast {
  const signals: Partial<Record<TamperSignal, SignalPast>> = { ...past.signals }
  for (const signal of TAMPER_SIGNALS) {
    const value = measured[signal]
    if (value === undefined) continue
    const before = signals[signal] ?? { past: NO_PAST }
    const { strays } = TAMPER_PRIORS[signal]
    if (before.clean && value - levelOf(before, signal) > strays.u / 2) continue
    const stray = value - (before.clean?.level ?? value)
    const [next, changed] = remember(before.past, value, stray, atMs)
    const clean = changed && next.levels.length > 1 ? cleanValues(next, before.clean) : before.clean
    signals[signal] = { past: next, clean }
  }
  return { ...past, signals }
}

/**
 * An unsuspicious second's picture: the view that it `matches` follows it, or, while there are fewer than `most`, a new one is
 * begun. A view that has changed for good beyond recognition is not taken up: `framewarden calibrate` does that.
 */
export function learnView(past: TamperPast, scene: Cells, matches: Match | undefined, most: number): TamperPast {
  const same = matches?.own && (matches.likeness.seen ?? 1) >= SAME_VIEW
  if (same) {
    const views = past.views.map((view, i) => (i === matches.index ? blended(view, scene) : view))
    return { ...past, views, candidate: undefined }
  }
  const { candidate } = past
  if (past.views.length >= most) return past
  const stands = candidate && (compare(scene, candidate).seen ?? 1) >= SAME_VIEW
  const next = stands ? blended(candidate, scene) : { ...sceneOf(scene), weight: 1 }
  if (next.weight < KNOWN_AFTER_S) return { ...past, candidate: next }
  return { ...past, views: [...past.views, next], candidate: undefined }
}

function sceneOf({ columns, lines, means, detail }: Cells): Cells {
  return { columns, lines, means, detail }
}

function blended(view: KnownView, scene: Cells): KnownView {
  const weight = Math.min(FOLLOWS_S, view.weight + 1)
  const mixed = (a: Float32Array, b: Float32Array) => a.map((value, i) => value + (b[i]! - value) / weight)
  return { ...view, weight, means: mixed(view.means, scene.means), detail: mixed(view.detail, scene.detail) }
}
