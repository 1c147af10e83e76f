/** What the tools say of many cases. Pure. */

/** Wilson's interval of k of n, 95 %, as text. */
export function wilson(k: number, n: number): string {
  if (n === 0) return '-'
  const z = 1.96
  const p = k / n
  const centre = p + (z * z) / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  const of = (value: number) => Math.min(1, Math.max(0, value / (1 + (z * z) / n))).toFixed(2)
  return `${of(centre - half)}-${of(centre + half)}`
}

/** The value that a share `q` of `sorted` (rising) does not exceed. */
export function valueAt(sorted: readonly number[], q: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
}
