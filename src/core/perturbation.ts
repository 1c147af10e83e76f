/** Adversarial perturbations that are put in on purpose: by the demo before its encoder, by a drill after the decoder. */
import { fileURLToPath } from 'node:url'

/** Learnt against an object detector; grey: luma alone. See models/training/camera/make_universal.py. */
export const UNIVERSAL_PATTERN = fileURLToPath(
  new URL('../../models/camera/patterns/universal-640x360.png', import.meta.url),
)
/** Limited range of luma. Source: ITU-R BT.601-7 2.5.3. */
const BLACK = 16
const WHITE = 235

export interface Perturbation {
  readonly width: number
  readonly height: number
  /** Adds itself to the luma of an I420 picture of this size, in place. */
  addTo(pixels: Uint8Array): void
}

/** A grey picture whose value v stands for (v - 128) / 127 of the L-inf that it is put in with; `values` has width * height of them. */
export interface Pattern {
  readonly values: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * `epsilon255`: the L-inf in code values of 8-bit luma, 127 at most. No sample changes by more than that, and none leaves the
 * limited range by it.
 */
export function perturbation({ values, width, height }: Pattern, epsilon255: number): Perturbation {
  const delta = Int8Array.from(values, (v) =>
    Math.max(-epsilon255, Math.min(epsilon255, ((v - 128) / 127) * epsilon255)),
  )
  return {
    width,
    height,
    addTo(pixels) {
      for (let i = 0; i < delta.length; i++) {
        const luma = pixels[i]!
        // a sample that lies outside the range already is moved no further out, nor back in
        const low = Math.min(luma, BLACK)
        const high = Math.max(luma, WHITE)
        pixels[i] = Math.max(low, Math.min(high, luma + delta[i]!))
      }
    },
  }
}

/** `pattern` side by side, from the upper left corner, until it covers a frame of this size. */
export function tiled(pattern: Pattern, width: number, height: number): Pattern {
  const values = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = (y % pattern.height) * pattern.width
    for (let x = 0; x < width; x++) values[y * width + x] = pattern.values[row + (x % pattern.width)]!
  }
  return { values, width, height }
}

/** The whole L-inf everywhere, up or down by chance; the same for the same `seed`. Source: Marsaglia 2003, xorshift32. */
export function randomSigns(width: number, height: number, seed: number): Pattern {
  let x = seed >>> 0 || 1
  const values = Uint8Array.from({ length: width * height }, () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x < 0 ? 1 : 255
  })
  return { values, width, height }
}
