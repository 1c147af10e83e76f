/** Waits between connection attempts: exponential, equal jitter, capped, without end. */
const FIRST_MS = 500
const MAX_MS = 30_000

/** Milliseconds before attempt `n` (0-based). `random` in [0, 1) comes from the caller: a test is exact. */
export function backoffMs(n: number, random: number): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(n, 30))
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}
