/** How often somebody may ask: a token bucket. Pure; times are of a monotonic clock, ms. */

const MOST = 20
const PER_SECOND = 5

export interface Allowance {
  readonly left: number
  readonly atMs: number
}

export const FULL_ALLOWANCE: Allowance = { left: MOST, atMs: Number.NEGATIVE_INFINITY }

/** One more; false: it is too much. 20 at once, then 5 a second. */
export function spend({ left, atMs }: Allowance, nowMs: number): [Allowance, boolean] {
  const filled = Math.min(MOST, left + ((nowMs - atMs) / 1000) * PER_SECOND)
  return filled >= 1 ? [{ left: filled - 1, atMs: nowMs }, true] : [{ left: filled, atMs: nowMs }, false]
}
