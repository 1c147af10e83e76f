/** How rare a score is on clean pictures: ranks of the calibration frames below `u`, a fitted tail above. */

/** Scores of one mode on clean frames. `quantiles`: [share of frames at or below, score], both rising. */
export interface Calibration {
  readonly frames: number
  readonly quantiles: readonly (readonly [number, number])[]
  /** Generalised Pareto tail: P(S > s) = z (1 + xi (s - u) / beta)^(-1 / xi) for s > u. */
  readonly tail: { readonly u: number; readonly z: number; readonly xi: number; readonly beta: number }
}

/** No fit from thousands of frames knows anything of rarer events. */
const FLOOR = 1e-12

/**
 * Probability that a clean frame scores `logit` or more, in [1e-12, 1], never rising with `logit`.
 * Ranks are (1 + N P) / (N + 1) and not below the tail's z, which N frames cannot know below 1 / (N + 1); a negative xi, which
 * would end the tail at a bound, counts as 0.
 */
export function pValue(calibration: Calibration, logit: number): number {
  const { frames: n, tail } = calibration
  const { u } = tail
  const z = Math.max(tail.z, 1 / (n + 1))
  if (logit > u) return Math.max(FLOOR, z * tailShare(tail, logit - u))
  const rank = (1 + n * exceeding(calibration.quantiles, logit)) / (n + 1)
  return Math.min(1, Math.max(rank, z))
}

function tailShare(tail: Calibration['tail'], above: number): number {
  const xi = Math.max(0, tail.xi)
  return xi < 1e-9 ? Math.exp(-above / tail.beta) : (1 + (xi * above) / tail.beta) ** (-1 / xi)
}

/** Share of clean frames above `logit`, linear between quantiles; below the first it is 1, above the last the last's own. */
function exceeding(quantiles: Calibration['quantiles'], logit: number): number {
  let [shareBelow, scoreBelow] = [0, Number.NEGATIVE_INFINITY]
  for (const [share, score] of quantiles) {
    if (logit < score) {
      if (scoreBelow === Number.NEGATIVE_INFINITY) return 1
      return 1 - (shareBelow + ((share - shareBelow) * (logit - scoreBelow)) / (score - scoreBelow))
    }
    shareBelow = share
    scoreBelow = score
  }
  return 1 - shareBelow
}
