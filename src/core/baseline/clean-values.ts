/** A signal's past, and what it says of its clean values. */
import { autocorrelationTime } from './autocorrelation.js'
import { median, type Past } from './past.js'
import { fitTail, type Tail } from './tail.js'

/** A signal in a regime. `anchor`: the level from which drift is counted; set anew when the past becomes the camera's own. */
export interface SignalPast {
  readonly past: Past
  readonly anchor?: number
  readonly clean?: CleanValues
}

/** What the sample says. `tau`: integrated autocorrelation time of the deviations, in observations. */
export interface CleanValues {
  readonly level: number
  readonly upper: Tail
  readonly tau: number
}

/** Fitting waits until the sample has grown by an eighth: sorting hundreds of values five times a second is not free. */
export function cleanValues(past: Past, before: CleanValues | undefined): CleanValues {
  const { levels, deviations: strays } = past
  if (before && levels.length > 16 && levels.length % Math.ceil(levels.length / 8) !== 0) return before
  const tau = autocorrelationTime(strays)
  const rising = [...strays].sort((a, b) => a - b)
  return { level: median(levels)!, upper: fitTail(rising, tau), tau }
}
