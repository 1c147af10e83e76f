/** A piece of the picture at twice its size, for what moves: shapes are filled with depth, then filtered into the picture. */
import { TAPS } from './filter.js'
import { HEIGHT, OVER, WIDTH } from './lens.js'

export interface Patch {
  /** First column and row, and size, of the finer grid. */
  readonly x0: number
  readonly y0: number
  readonly w: number
  readonly h: number
  /** Inverse depth of what was filled, 1/m; 0: nothing. */
  readonly inverse: Float32Array
  readonly rgb: readonly [Float32Array, Float32Array, Float32Array]
}

/** Depth of the standing street, 1/m, on the finer grid of 1280 x 720. */
export type StreetDepth = Float32Array

const FINE_W = WIDTH * OVER

/** An empty patch over pixels [left, right) x [top, bottom), cut to the picture; undefined when nothing of it is inside. */
export function newPatch(left: number, top: number, right: number, bottom: number): Patch | undefined {
  const x0 = Math.max(0, Math.floor(left) - 2) * OVER
  const y0 = Math.max(0, Math.floor(top) - 2) * OVER
  const w = Math.min(WIDTH, Math.ceil(right) + 2) * OVER - x0
  const h = Math.min(HEIGHT, Math.ceil(bottom) + 2) * OVER - y0
  if (w <= 0 || h <= 0) return undefined
  const plane = () => new Float32Array(w * h)
  return { x0, y0, w, h, inverse: plane(), rgb: [plane(), plane(), plane()] }
}

/** Fills a triangle of `corners` (x, y in pixels, inverse depth; nine numbers) where it stands before street and patch. */
export function fillTriangle(
  patch: Patch,
  street: StreetDepth,
  corners: Float64Array,
  colour: ArrayLike<number>,
): void {
  const [ax, ay, ai, bx, by, bi, cx, cy, ci] = corners as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
  if (Math.abs(area) < 1e-9) return
  const from = Math.max(0, Math.floor(Math.min(ay, by, cy) * OVER) - patch.y0)
  const to = Math.min(patch.h - 1, Math.ceil(Math.max(ay, by, cy) * OVER) - patch.y0)
  const left = Math.max(0, Math.floor(Math.min(ax, bx, cx) * OVER) - patch.x0)
  const right = Math.min(patch.w - 1, Math.ceil(Math.max(ax, bx, cx) * OVER) - patch.x0)
  for (let y = from; y <= to; y++) {
    const py = (patch.y0 + y + 0.5) / OVER
    for (let x = left; x <= right; x++) {
      const px = (patch.x0 + x + 0.5) / OVER
      const u = ((px - ax) * (cy - ay) - (cx - ax) * (py - ay)) / area
      const v = ((bx - ax) * (py - ay) - (px - ax) * (by - ay)) / area
      if (u < 0 || v < 0 || u + v > 1) continue
      put(patch, street, x, y, ai + u * (bi - ai) + v * (ci - ai), colour, 1)
    }
  }
}

/**
 * Fills the outline of a round limb from (x, y, inverse depth, radius in pixels) at `from` to that at `to`; `shade(s)` is
 * the light at -1 (left edge) to 1 (right edge) of it.
 */
export function fillLimb(
  patch: Patch,
  street: StreetDepth,
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  colour: ArrayLike<number>,
  shade: (side: number) => number,
): void {
  const [ax, ay, ai, ar] = [from[0]!, from[1]!, from[2]!, from[3]!]
  const [bx, by, bi, br] = [to[0]!, to[1]!, to[2]!, to[3]!]
  const most = Math.max(ar, br)
  const length2 = Math.max(1e-9, (bx - ax) ** 2 + (by - ay) ** 2)
  const top = Math.max(0, Math.floor((Math.min(ay, by) - most) * OVER) - patch.y0)
  const bottom = Math.min(patch.h - 1, Math.ceil((Math.max(ay, by) + most) * OVER) - patch.y0)
  const left = Math.max(0, Math.floor((Math.min(ax, bx) - most) * OVER) - patch.x0)
  const right = Math.min(patch.w - 1, Math.ceil((Math.max(ax, bx) + most) * OVER) - patch.x0)
  for (let y = top; y <= bottom; y++) {
    const py = (patch.y0 + y + 0.5) / OVER
    for (let x = left; x <= right; x++) {
      const px = (patch.x0 + x + 0.5) / OVER
      const t = Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length2))
      const dx = px - ax - t * (bx - ax)
      const dy = py - ay - t * (by - ay)
      const r = ar + t * (br - ar)
      if (dx * dx + dy * dy > r * r) continue
      put(patch, street, x, y, ai + t * (bi - ai), colour, shade(dx / r))
    }
  }
}

function put(
  patch: Patch,
  street: StreetDepth,
  x: number,
  y: number,
  inverse: number,
  colour: ArrayLike<number>,
  k: number,
): void {
  const at = y * patch.w + x
  if (inverse <= patch.inverse[at]! || inverse <= street[(patch.y0 + y) * FINE_W + patch.x0 + x]!) return
  patch.inverse[at] = inverse
  for (let c = 0; c < 3; c++) patch.rgb[c]![at] = colour[c]! * k
}

/** Filters the patch into the three planes of the picture, over what is there. */
export function blend(patch: Patch, planes: readonly Float32Array[]): void {
  each(patch, (at, weights) => {
    for (let c = 0; c < 3; c++) {
      const before = planes[c]![at]!
      let after = before
      for (let k = 0; k < weights.count; k++) {
        after += weights.share[k]! * (patch.rgb[c]![weights.fine[k]!]! - before)
      }
      planes[c]![at] = after
    }
  })
}

/** Calls `dim` for each pixel with the share of it, 0..1, that the patch fills. */
export function cover(patch: Patch, dim: (at: number, share: number) => void): void {
  each(patch, (at, weights) => {
    let share = 0
    for (let k = 0; k < weights.count; k++) share += weights.share[k]!
    dim(at, share)
  })
}

interface Weights {
  count: number
  readonly share: Float64Array
  readonly fine: Int32Array
}

/** Each pixel that the patch touches, with the filled samples of the finer grid that it is made of. */
function each(patch: Patch, use: (at: number, weights: Weights) => void): void {
  const weights: Weights = { count: 0, share: new Float64Array(16), fine: new Int32Array(16) }
  for (let y = patch.y0 / OVER; y < (patch.y0 + patch.h) / OVER; y++) {
    for (let x = patch.x0 / OVER; x < (patch.x0 + patch.w) / OVER; x++) {
      weights.count = 0
      for (let j = 0; j < 4; j++) {
        const fy = 2 * y - 1 + j - patch.y0
        if (fy < 0 || fy >= patch.h) continue
        for (let i = 0; i < 4; i++) {
          const fx = 2 * x - 1 + i - patch.x0
          if (fx < 0 || fx >= patch.w || patch.inverse[fy * patch.w + fx] === 0) continue
          weights.share[weights.count] = TAPS[i]! * TAPS[j]!
          weights.fine[weights.count++] = fy * patch.w + fx
        }
      }
      if (weights.count > 0) use(y * WIDTH + x, weights)
    }
  }
}
