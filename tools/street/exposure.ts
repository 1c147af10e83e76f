/** From light to bytes as a security camera makes them, without its noise: tone curve, I420 of limited range, BT.601. */

/** Steps of the tone table over linear light 0..TOP. */
const STEPS = 32768
const TOP = 6

/** Linear light to 0..1 for the eye: shoulder, then gamma 2.2, with the veil that a lens throws over black. */
function tone(linear: number): number {
  return 0.025 + 0.965 * (1 - Math.exp(-1.55 * linear)) ** (1 / 2.2)
}

const TABLE = Float32Array.from({ length: STEPS + 1 }, (_, i) => tone((i / STEPS) * TOP))

/** Exposes three linear planes of w x h into an I420 picture. */
export function expose(
  [r, g, b]: readonly [Float32Array, Float32Array, Float32Array],
  w: number,
  h: number,
  exposure: number,
  out: Uint8Array,
): void {
  const k = (exposure * STEPS) / TOP
  const half = w / 2
  const uAt = w * h
  const vAt = uAt + half * (h / 2)
  for (let y = 0; y < h; y += 2) {
    for (let x = 0; x < w; x += 2) {
      let sr = 0
      let sg = 0
      let sb = 0
      for (let q = 0; q < 4; q++) {
        const i = (y + (q >> 1)) * w + x + (q & 1)
        const tr = TABLE[Math.min(STEPS, (r[i]! * k) | 0)]!
        const tg = TABLE[Math.min(STEPS, (g[i]! * k) | 0)]!
        const tb = TABLE[Math.min(STEPS, (b[i]! * k) | 0)]!
        sr += tr
        sg += tg
        sb += tb
        out[i] = Math.min(235, Math.max(16, 16.5 + 219 * (0.299 * tr + 0.587 * tg + 0.114 * tb)))
      }
      const c = (y >> 1) * half + (x >> 1)
      out[uAt + c] = 128.5 + 56 * (-0.168736 * sr - 0.331264 * sg + 0.5 * sb)
      out[vAt + c] = 128.5 + 56 * (0.5 * sr - 0.418688 * sg - 0.081312 * sb)
    }
  }
}
