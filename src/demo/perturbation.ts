/** The attack of the demo: a universal perturbation, put into the picture before it is encoded. */
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { FwError } from '../core/errors.js'

/** Learnt against an object detector; grey: luma alone. See models/training/make_universal.py. */
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

/**
 * Reads an 8-bit grey PNG whose value v stands for (v - 128) / 127 of `epsilon255`, the L-inf in code values of 8-bit luma.
 * No sample changes by more than that, and none leaves the limited range by it. Throws FW_SOURCE.
 */
export async function readPerturbation(path: string, epsilon255: number): Promise<Perturbation> {
  try {
    const { data, info } = await sharp(path).extractChannel(0).raw().toBuffer({ resolveWithObject: true })
    return perturbation(data, info.width, info.height, epsilon255)
  } catch (cause) {
    throw new FwError('FW_SOURCE', `pattern ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** `pattern`: width * height values around 128. */
export function perturbation(pattern: Uint8Array, width: number, height: number, epsilon255: number): Perturbation {
  const delta = Int8Array.from(pattern, (v) =>
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
