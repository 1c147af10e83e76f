/** Waits between connection attempts: exponential, equal jitter, capped, without end. */

/** The ceiling of the first wait and of the longest one; half of a ceiling is the least that is waited. */
export interface BackoffRange {
  readonly firstMs: number
  readonly maxMs: number
}

const USUAL: BackoffRange = { firstMs: 500, maxMs: 30_000 }

/** Milliseconds before attempt `n` (0-based). `random` in [0, 1) comes from the caller: a test is exact. */
export function backoffMs(n: number, random: number, { firstMs, maxMs } = USUAL): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(n, 30))
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}
