/** Is the time of day set? A unit without a battery wakes in 1970, or when its system was built, until the network tells it. */

/** Before this nothing of this version was ever seen by a camera, ms since the epoch. */
export const EARLIEST_MS = Date.UTC(2026, 0, 1)

export const CLOCK_STATES = ['set', 'unset'] as const
export type ClockState = (typeof CLOCK_STATES)[number]

/** `unset` where any of `timesMs`, ms since the epoch, cannot be: it was taken before the clock was set. */
export function clockStateAt(timesMs: readonly number[]): ClockState {
  return timesMs.some((ms) => ms < EARLIEST_MS) ? 'unset' : 'set'
}
