/** Stripes across the whole picture that wander from frame to frame: a light that is switched against the shutter. */
import { BANDS, PLANES, type Print, ROWS } from './print.js'

const PLANE = BANDS * ROWS
/** Darker than this, a picture's stripes are not told from its noise. */
const LEAST_LUMA = 30

/**
 * Deviation of the rows' light and colour, over the frames of a second, that all bands have in common, as a share of the mean
 * luma; 0 for fewer than four frames. Light that changes as a whole is none, nor is a thing that covers some bands.
 */
export function stripesOf(prints: readonly Pick<Print, 'rows'>[]): number {
  if (prints.length < 4) return 0
  const mean = new Float32Array(PLANES * PLANE)
  for (const { rows } of prints) for (let i = 0; i < mean.length; i++) mean[i]! += rows[i]! / prints.length
  const shared = prints.map(({ rows }) => {
    let sum = 0
    for (let plane = 0; plane < PLANES; plane++) sum += Math.max(0, inCommon(rows, mean, plane * PLANE))
    return sum
  })
  shared.sort((a, b) => a - b)
  const luma = mean.subarray(0, PLANE).reduce((sum, value) => sum + value, 0) / PLANE
  return Math.sqrt(shared[shared.length >> 1]!) / Math.max(LEAST_LUMA, luma)
}

/** The least product of three pairs of bands that lie apart: a stripe is in all of them. */
function inCommon(rows: Float32Array, mean: Float32Array, from: number): number {
  const [a, b, c, d] = Array.from({ length: BANDS }, (_, band) => rippleOf(rows, mean, from + band * ROWS))
  return Math.min(product(a!, c!), product(b!, d!), product(a!, d!))
}

/** A band's rows less their mean over time and over rows. */
function rippleOf(rows: Float32Array, mean: Float32Array, from: number): Float32Array {
  const ripple = new Float32Array(ROWS)
  let sum = 0
  for (let i = 0; i < ROWS; i++) {
    ripple[i] = rows[from + i]! - mean[from + i]!
    sum += ripple[i]!
  }
  for (let i = 0; i < ROWS; i++) ripple[i]! -= sum / ROWS
  return ripple
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum / a.length
}
