/** What sort of perturbation: by what the mapping network took away, x - M(x), at moments a second or more apart. */
import type { Kind } from './alert.js'
import type { Box } from './verdict.js'

/** A patch fills less than this share of the frame. */
const PATCH_AREA = 0.2
/** Correlation of two removals from which the perturbation counts as the same pattern. */
const SAME_PATTERN = 0.3
const SAMPLES = 4096
/** A fixed pattern is asked for after the encoder has refreshed its picture: skipped blocks repeat old noise. */
export const COMPARE_AFTER_MS = 1_000

/** Sampled luma differences before - after, -128..127, in raster order. */
export function removal(before: Uint8Array, after: Uint8Array, width: number, height: number): Int8Array {
  const luma = width * height
  const step = Math.max(1, Math.floor(luma / SAMPLES)) | 1
  const samples = new Int8Array(Math.ceil(luma / step))
  for (let i = 0, j = 0; i < luma; i += step, j++) {
    samples[j] = Math.max(-128, Math.min(127, before[i]! - after[i]!))
  }
  return samples
}

/** Pearson correlation, -1..1; 0 where one of them is flat or the sizes differ. */
export function correlation(a: Int8Array, b: Int8Array): number {
  if (a.length !== b.length || a.length === 0) return 0
  let sa = 0
  let sb = 0
  for (let i = 0; i < a.length; i++) {
    sa += a[i]!
    sb += b[i]!
  }
  const ma = sa / a.length
  const mb = sb / b.length
  let ab = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    const da = a[i]! - ma
    const db = b[i]! - mb
    ab += da * db
    aa += da * da
    bb += db * db
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb)
}

/** `sameness`: correlation of two removals at least COMPARE_AFTER_MS apart; undefined before there are two. `noisy`: strong noise speaks. */
export function kindOf(box: Box | undefined, sameness: number | undefined, noisy = false): Kind {
  if (noisy) return 'noise'
  if (box && box[2] * box[3] < PATCH_AREA) return 'patch'
  if (sameness === undefined) return 'unknown'
  return sameness >= SAME_PATTERN ? 'pattern' : 'noise'
}
