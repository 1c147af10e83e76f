/** Clean values of one signal at one camera in one regime: a bounded sample that spans hours, and the last half minute. */

/** The sample: at most this many values, evenly spaced in clean time; when full, every second one goes and the spacing doubles. */
const KEPT = 512
const FIRST_SPACING_MS = 200
/** At this spacing the oldest values go instead: the sample spans 3.6 hours of clean time. */
const LAST_SPACING_MS = 25_600
/** The last observations: 30 s where each frame that is observed brings one. */
const RECENT = 150

/** Oldest first. `levels` are values as measured, `deviations` what they differed by from the level expected then. */
export interface Past {
  readonly levels: readonly number[]
  readonly deviations: readonly number[]
  readonly spacingMs: number
  readonly takenAtMs?: number
  readonly recent: readonly number[]
  /** Median of `recent`. */
  readonly recentLevel?: number
}

export const NO_PAST: Past = { levels: [], deviations: [], spacingMs: FIRST_SPACING_MS, recent: [] }

/** One more clean value. Returns the past and whether its sample has changed. */
export function remember(past: Past, level: number, deviation: number, atMs: number): [Past, boolean] {
  const { recent, recentLevel } = glance(past, level)
  // half a step of slack: observations come 200 ms apart, give or take a frame
  const due = past.takenAtMs === undefined || Math.abs(atMs - past.takenAtMs) >= past.spacingMs - FIRST_SPACING_MS / 2
  if (!due) return [{ ...past, recent, recentLevel }, false]
  const levels = [...past.levels, level]
  const deviations = [...past.deviations, deviation]
  const next = { ...past, recent, recentLevel, levels, deviations, takenAtMs: atMs }
  if (levels.length <= KEPT) return [next, true]
  if (past.spacingMs >= LAST_SPACING_MS)
    return [{ ...next, levels: levels.slice(1), deviations: deviations.slice(1) }, true]
  const odd = (_: number, i: number) => i % 2 === 1
  return [
    { ...next, levels: levels.filter(odd), deviations: deviations.filter(odd), spacingMs: past.spacingMs * 2 },
    true,
  ]
}

/** One more value that is looked at, not learned. */
export function glance(past: Past, level: number): Past {
  const recent = [...past.recent.slice(-(RECENT - 1)), level]
  return { ...past, recent, recentLevel: median(recent) }
}

/** Median of values in any order; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
