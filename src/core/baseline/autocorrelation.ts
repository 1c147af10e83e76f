/** How long a series remembers itself. */

const ROUNDING = 1e-20

/**
 * Integrated autocorrelation time in steps, >= 1: 1 + 2 (rho_1 + rho_2 + ...), summed while pairs of neighbours are positive
 * (Geyer 1992, initial positive sequence). 1 for a constant series or fewer than 8 values.
 */
export function autocorrelationTime(values: readonly number[]): number {
  const n = values.length
  if (n < 8) return 1
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const centred = values.map((value) => value - mean)
  const covariance = (lag: number) => {
    let sum = 0
    for (let i = lag; i < n; i++) sum += centred[i]! * centred[i - lag]!
    return sum / n
  }
  const variance = covariance(0)
  // of a constant series rounding leaves a trace
  if (variance <= ROUNDING * (variance + mean * mean)) return 1
  let tau = 1
  for (let lag = 1; lag + 1 < n / 2; lag += 2) {
    const pair = (covariance(lag) + covariance(lag + 1)) / variance
    if (pair <= 0) break
    tau += 2 * pair
  }
  return Math.max(1, tau)
}
