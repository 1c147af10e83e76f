/** From light to bytes as a security camera makes them: tone curve, I420 of limited range, noise that depends on the signal. */
import { generator, normalPair } from './chance.js'

/** Steps of the tone table over linear light 0..TOP. */
const STEPS = 32768
const TOP = 6

/** Linear light to 0..1 for the eye: shoulder, then gamma 2.2, with the veil that a lens throws over black. */
export function tone(linear: number): number {
  return 0.025 + 0.965 * (1 - Math.exp(-1.55 * linear)) ** (1 / 2.2)
}

const TABLE = Float32Array.from({ length: STEPS + 1 }, (_, i) => tone((i / STEPS) * TOP))

/**
 * Deviation of the noise at a luma of 0..255: shot and read noise, steepened by gamma, tamed by the camera's own filter.
 * Between 2.5 in the dark and 1.5 in the light.
 */
export function noiseSigma(luma: number): number {
  const light = Math.max(0.002, (luma / 255) ** 2.2)
  const slope = (255 / 2.2) * light ** (1 / 2.2 - 1)
  const sigma = Math.sqrt(2.1e-4 * light + 1.2e-6) * slope
  return Math.min(2.5, Math.max(1.5, sigma * 0.85))
}

const SIGMA = Float32Array.from({ length: 256 }, (_, y) => noiseSigma(y))

const TILE = 1024
/** Neighbours share noise after a camera's demosaic and filter. */
const SPREAD = 0.24

/** A torus of noise of deviation 1, each sample a little like its neighbours. */
function noiseTile(seed: number): Float32Array {
  const next = generator(seed)
  const white = new Float32Array(TILE * TILE)
  for (let i = 0; i < white.length; i += 2) normalPair(next, white, i)
  const norm = 1 / (1 + 2 * SPREAD * SPREAD)
  const rows = new Float32Array(white.length)
  for (let i = 0; i < white.length; i++) {
    const row = i & ~(TILE - 1)
    rows[i] = white[i]! + SPREAD * (white[row | ((i - 1) & (TILE - 1))]! + white[row | ((i + 1) & (TILE - 1))]!)
  }
  const out = new Float32Array(white.length)
  const mask = white.length - 1
  for (let i = 0; i < out.length; i++)
    out[i] = norm * (rows[i]! + SPREAD * (rows[(i - TILE) & mask]! + rows[(i + TILE) & mask]!))
  return out
}

export interface Sensor {
  readonly width: number
  readonly height: number
  readonly tile: Float32Array
  readonly next: () => number
}

export function newSensor(width: number, height: number, seed: number): Sensor {
  return { width, height, tile: noiseTile(seed), next: generator(seed + 1) }
}

/** Exposes three linear planes into an I420 picture (BT.601, limited range); each call draws new noise. */
export function expose(
  sensor: Sensor,
  r: Float32Array,
  g: Float32Array,
  b: Float32Array,
  exposure: number,
  out: Uint8Array,
): void {
  const { width: w, height: h, tile, next } = sensor
  const k = (exposure * STEPS) / TOP
  const half = w / 2
  const uAt = w * h
  const vAt = uAt + half * (h / 2)
  const from = Math.floor(next() * tile.length)
  const chroma = Math.floor(next() * tile.length)
  const mask = tile.length - 1
  for (let y = 0; y < h; y += 2) {
    for (let x = 0; x < w; x += 2) {
      let sr = 0
      let sg = 0
      let sb = 0
      for (let q = 0; q < 4; q++) {
        const yy = y + (q >> 1)
        const i = yy * w + x + (q & 1)
        const tr = TABLE[Math.min(STEPS, (r[i]! * k) | 0)]!
        const tg = TABLE[Math.min(STEPS, (g[i]! * k) | 0)]!
        const tb = TABLE[Math.min(STEPS, (b[i]! * k) | 0)]!
        sr += tr
        sg += tg
        sb += tb
        const luma = 0.299 * tr + 0.587 * tg + 0.114 * tb
        const n = tile[(from + yy * TILE + x + (q & 1)) & mask]!
        const v = 16.5 + 219 * luma + 0.8588 * SIGMA[(luma * 255) | 0]! * n
        out[i] = Math.min(235, Math.max(16, v))
      }
      const c = (y >> 1) * half + (x >> 1)
      const n = (chroma + (y >> 1) * TILE + (x >> 1)) & mask
      out[uAt + c] = 128.5 + 56 * (-0.168736 * sr - 0.331264 * sg + 0.5 * sb) + 0.7 * tile[n]!
      out[vAt + c] = 128.5 + 56 * (0.5 * sr - 0.418688 * sg - 0.081312 * sb) + 0.7 * tile[(n + 351) & mask]!
    }
  }
}
