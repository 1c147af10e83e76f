/** Extreme values of a signal: a generalised Pareto tail, fitted with an upper bound, and what it says of rarer ones. */

/** P(D > d) = z (1 + xi (d - u) / beta)^(-1 / xi) for d > u; xi >= 0, as a bounded tail would call the unseen impossible. */
export interface Tail {
  readonly u: number
  readonly z: number
  readonly xi: number
  readonly beta: number
}

/** Share of the values that the fit calls the tail. */
const TAIL_SHARE = 0.1
/** Fewer values above `u` than this, and the scale is taken from the largest alone. */
const MIN_EXCEEDING = 12
/** Heavier tails cannot be distinguished from few values: a shape above this is a fit to one outlier. */
const MAX_XI = 0.5
/** One-sided 95 % bound of a normal. */
const Z_95 = 1.645

/** Probability that a clean value lies above `d`, (0, 1]: exact only above `u`, `z` at least below. */
export function survival(tail: Tail, d: number): number {
  if (d <= tail.u) return 1
  const above = (d - tail.u) / tail.beta
  return tail.z * (tail.xi < 1e-9 ? Math.exp(-above) : (1 + tail.xi * above) ** (-1 / tail.xi))
}

/** The value that a clean one exceeds with probability `p` <= z: the inverse of `survival`. */
export function exceededWith(tail: Tail, p: number): number {
  const ratio = Math.min(1, p / tail.z)
  if (tail.xi < 1e-9) return tail.u - tail.beta * Math.log(ratio)
  return tail.u + (tail.beta / tail.xi) * (ratio ** -tail.xi - 1)
}

/**
 * Tail of `sorted` (rising, n >= 2 values of which about n / tau are independent). Shape and scale by probability-weighted
 * moments (Hosking and Wallis 1987); the scale is its upper 95 % bound, so that few values make a wide tail. With few
 * exceedances: an exponential through the largest value, whose mean among n is beta (1 + 1/2 + ... + 1/n).
 */
export function fitTail(sorted: readonly number[], tau = 1): Tail {
  const n = sorted.length
  const first = Math.floor(n * (1 - TAIL_SHARE))
  const count = n - first - 1
  if (count < MIN_EXCEEDING) return fewValues(sorted)
  const u = sorted[first]!
  let b0 = 0
  let b1 = 0
  for (let i = 0; i < count; i++) {
    const excess = sorted[first + 1 + i]! - u
    b0 += excess / count
    b1 += (excess * (count - 1 - i)) / (count - 1) / count
  }
  const shape = b0 - 2 * b1 <= 0 ? MAX_XI : 2 - b0 / (b0 - 2 * b1)
  const xi = Math.min(MAX_XI, Math.max(0, shape))
  const wider = 1 + Z_95 / Math.sqrt(Math.max(1, count / Math.max(1, tau)))
  // the scale that keeps the mean excess beta / (1 - xi)
  return { u, z: (count + 1) / (n + 1), xi, beta: Math.max(b0 * (1 - xi) * wider, Number.EPSILON) }
}

function fewValues(sorted: readonly number[]): Tail {
  const n = sorted.length
  const largest = sorted[n - 1]!
  const median = sorted[n >> 1]!
  let harmonic = 0
  for (let i = 1; i <= n; i++) harmonic += 1 / i
  return { u: largest, z: 1 / (n + 1), xi: 0, beta: Math.max((largest - median) / harmonic, Number.EPSILON) }
}
