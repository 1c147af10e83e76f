/** The sky: blue towards the top, white at the horizon, clouds that drift. */
import { layered2 } from './chance.js'
import { sight } from './lens.js'
import { ROUND_S } from './round.js'

const SIZE = 256
const CLOUD_M = 1400
const BASE_M = 700
const WIND_M_S = 9
/** The last seconds of a round, in which its clouds give way to those that it began with. */
const CHANGE_S = 12

export interface Sky {
  /** Pixels that show sky, and how much of it. */
  readonly pixels: Int32Array
  readonly share: Float32Array
  /** Where each of them looks at the layer of clouds, in cells of the map. */
  readonly u: Float32Array
  readonly v: Float32Array
  /** 0 at the horizon, 1 high up. */
  readonly high: Float32Array
  readonly map: Float32Array
}

/** Prepares the pixels of `open` (share of sky, w wide). */
export function newSky(open: Float32Array, w: number, seed: number): Sky {
  const pixels = Int32Array.from([...open.keys()].filter((i) => open[i]! > 0.004))
  const n = pixels.length
  const sky: Sky = {
    pixels,
    share: Float32Array.from(pixels, (i) => open[i]!),
    u: new Float32Array(n),
    v: new Float32Array(n),
    high: new Float32Array(n),
    map: cloudMap(seed),
  }
  const d = new Float64Array(4)
  for (let i = 0; i < n; i++) {
    sight((pixels[i]! % w) + 0.5, Math.floor(pixels[i]! / w) + 0.5, d)
    const rise = Math.max(0.06, d[1]!)
    sky.u[i] = ((d[0]! / rise) * BASE_M * SIZE) / CLOUD_M
    sky.v[i] = ((d[2]! / rise) * BASE_M * SIZE) / CLOUD_M / 4
    sky.high[i] = Math.min(1, d[1]! * 2.6)
  }
  return sky
}

/** Cover 0..1 on a torus, so that the wind never meets a seam. */
function cloudMap(seed: number): Float32Array {
  const map = new Float32Array(SIZE * SIZE)
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const wx = x / SIZE
      const wy = y / SIZE
      const at = (ox: number, oy: number): number => layered2((wx + ox) * 6, (wy + oy) * 6, 5, seed)
      const top = at(0, 0) * (1 - wx) + at(-1, 0) * wx
      const bottom = at(0, -1) * (1 - wx) + at(-1, -1) * wx
      const n = (top * (1 - wy) + bottom * wy - 0.5) * (1 + 1.2 * Math.min(wx, 1 - wx, wy, 1 - wy)) + 0.5
      map[y * SIZE + x] = Math.min(1, Math.max(0, (n - 0.42) * 4.5))
    }
  }
  return map
}

/** Adds the sky of `seconds` to the three linear planes of a picture; `k` is the light's factor. */
export function addSky(
  sky: Sky,
  seconds: number,
  k: number,
  [r, g, b]: readonly [Float32Array, Float32Array, Float32Array],
): void {
  const t = seconds % ROUND_S
  const drift = (t * WIND_M_S * SIZE) / CLOUD_M
  const earlier = drift - (ROUND_S * WIND_M_S * SIZE) / CLOUD_M
  const change = Math.max(0, (t - (ROUND_S - CHANGE_S)) / CHANGE_S)
  const { pixels, share, high } = sky
  for (let i = 0; i < pixels.length; i++) {
    const now = coverAt(sky, i, drift)
    const cover = change > 0 ? now + (coverAt(sky, i, earlier) - now) * change : now
    const h = high[i]!
    const cloud = cover * Math.min(1, 0.25 + 2 * h)
    const s = share[i]! * k
    const p = pixels[i]!
    r[p]! += s * (0.8 - 0.42 * h + (0.32 + 0.38 * h) * cloud)
    g[p]! += s * (0.92 - 0.3 * h + (0.22 + 0.27 * h) * cloud)
    b[p]! += s * (1.06 - 0.02 * h + (0.1 + 0.02 * h) * cloud)
  }
}

/** Cover 0..1 that pixel `i` of the sky shows when the map has moved by `drift` cells. */
function coverAt({ u, v, map }: Sky, i: number, drift: number): number {
  const x = u[i]! + drift
  const y = v[i]! + drift * 0.2
  const ix = Math.floor(x)
  const iy = Math.floor(y)
  const fx = x - ix
  const fy = y - iy
  const r0 = (iy & 255) << 8
  const r1 = ((iy + 1) & 255) << 8
  const c0 = ix & 255
  const c1 = (ix + 1) & 255
  const top = map[r0 + c0]! * (1 - fx) + map[r0 + c1]! * fx
  return top + (map[r1 + c0]! * (1 - fx) + map[r1 + c1]! * fx - top) * fy
}
