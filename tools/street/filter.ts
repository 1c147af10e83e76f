/** From four samples a pixel to one: the lens's blur of about 0.7 px, as 4 x 4 weights over the finer grid. */

/** Gaussian of sigma 1.4 fine samples at -1.5, -0.5, 0.5, 1.5. */
const edge = Math.exp(-(1.5 ** 2) / (2 * 1.4 ** 2))
const inner = Math.exp(-(0.5 ** 2) / (2 * 1.4 ** 2))
export const TAPS = [edge, inner, inner, edge].map((w) => w / (2 * (edge + inner))) as readonly number[]

/** Filters a plane of 2w x 2h samples to w x h. */
export function shrink(fine: Float32Array, w: number, h: number): Float32Array {
  const fw = w * 2
  const rows = new Float32Array(w * h * 2)
  for (let y = 0; y < h * 2; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0
      for (let k = 0; k < 4; k++) sum += TAPS[k]! * fine[y * fw + Math.min(fw - 1, Math.max(0, 2 * x - 1 + k))]!
      rows[y * w + x] = sum
    }
  }
  const out = new Float32Array(w * h)
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0
      for (let k = 0; k < 4; k++) sum += TAPS[k]! * rows[Math.min(h * 2 - 1, Math.max(0, 2 * y - 1 + k)) * w + x]!
      out[y * w + x] = sum
    }
  }
  return out
}
