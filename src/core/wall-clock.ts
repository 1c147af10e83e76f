/**
 * The time of day of a monotonic moment. A unit without a battery boots in 1970 and gets its time later; what it said
 * before must not jump about with the small corrections of NTP, yet be right after the step.
 */

/** Differences below this are NTP's slewing and the jitter of reading two clocks. */
const STEP_MS = 500

/**
 * Milliseconds to add to a monotonic time. `keptMs`: the offset until now; undefined: none yet. It stays until the wall
 * clock was set by more than 500 ms.
 */
export function wallOffset(keptMs: number | undefined, wallMs: number, monotonicMs: number): number {
  const offsetMs = wallMs - monotonicMs
  return keptMs !== undefined && Math.abs(offsetMs - keptMs) < STEP_MS ? keptMs : offsetMs
}
