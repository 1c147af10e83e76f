/** The noise of a camera's sensor, put on a clean picture: every frame's is new, and stronger where the picture is dark. */

/**
 * Deviation of the noise at a luma of 0..255: shot and read noise, steepened by gamma, tamed by the camera's own filter.
 * Between 2.5 in the dark and 1.5 in the light.
 */
export function noiseSigma(luma: number): number {
  const light = Math.max(0.002, (luma / 255) ** 2.2)
  const gain = (255 / 2.2) * light ** (1 / 2.2 - 1)
  const sigma = Math.sqrt(2.1e-4 * light + 1.2e-6) * gain
  return Math.min(2.5, Math.max(1.5, sigma * 0.85))
}

/** Limited range of luma. Source: ITU-R BT.601-7 2.5.3. */
const BLACK = 16
const WHITE = 235
/** Deviation in code values of limited range, by code value. */
const LUMA_SIGMA = Float32Array.from({ length: 256 }, (_, y) => {
  const share = Math.min(1, Math.max(0, (y - BLACK) / (WHITE - BLACK)))
  return noiseSigma(share * 255) * ((WHITE - BLACK) / 255)
})
const CHROMA_SIGMA = 0.7

const TILE = 1024
const MASK = TILE * TILE - 1
/** How far apart the two chroma planes read the tile. */
const CHROMA_GAP = 351
/** Neighbours share noise after a camera's demosaic and filter. */
const SPREAD = 0.24

export interface SensorNoise {
  /** Adds new noise to an I420 picture of limited range, in place; luma stays in that range. */
  addTo(pixels: Uint8Array): void
}

/** For pictures of this size. The same seed gives the same noise, frame by frame. */
export function sensorNoise(width: number, height: number, seed: number): SensorNoise {
  const tile = noiseTile(seed)
  const next = generator(seed + 1)
  const anywhere = () => Math.floor(next() * tile.length)

  function addToChroma(pixels: Uint8Array, plane: number, from: number): void {
    const [w, h] = [width / 2, height / 2]
    for (let y = 0; y < h; y++) {
      for (let x = 0, at = plane + y * w; x < w; x++, at++) {
        pixels[at] = pixels[at]! + 0.5 + CHROMA_SIGMA * tile[(from + y * TILE + x) & MASK]!
      }
    }
  }

  return {
    addTo(pixels) {
      const from = anywhere()
      for (let y = 0, at = 0; y < height; y++) {
        for (let x = 0; x < width; x++, at++) {
          const luma = pixels[at]!
          const noisy = luma + 0.5 + LUMA_SIGMA[luma]! * tile[(from + y * TILE + x) & MASK]!
          pixels[at] = Math.min(WHITE, Math.max(BLACK, noisy))
        }
      }
      const chroma = anywhere()
      addToChroma(pixels, width * height, chroma)
      addToChroma(pixels, width * height * 1.25, chroma + CHROMA_GAP)
    },
  }
}

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
  for (let i = 0; i < out.length; i++)
    out[i] = norm * (rows[i]! + SPREAD * (rows[(i - TILE) & MASK]! + rows[(i + TILE) & MASK]!))
  return out
}

/** Uniform numbers in [0, 1), the same sequence for the same seed. Source: mulberry32, T. Ettinger 2017. */
function generator(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Two independent numbers of the standard normal distribution into `out` at `at`. Source: Box, Muller 1958. */
function normalPair(next: () => number, out: Float32Array, at: number): void {
  const radius = Math.sqrt(-2 * Math.log(1 - next()))
  const angle = 2 * Math.PI * next()
  out[at] = radius * Math.cos(angle)
  out[at + 1] = radius * Math.sin(angle)
}
