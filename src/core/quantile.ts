/** Nearest-rank quantile of 1 or more values in rising order: the least that a share `q`, 0..1, of them do not exceed. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!
}
