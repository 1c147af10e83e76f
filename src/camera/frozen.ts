/** Tells a picture that has stopped: the sensor's noise always moves something, a stuck camera repeats itself. */

export interface FrozenWatch {
  /** Takes a picture's Y plane; true while the picture has stood still for `frozenMs`. */
  see(pixels: Uint8Array, width: number, height: number, nowMs: number): boolean
}

/** One look a second is enough and costs 0.2 ms at 640x360. */
const LOOK_MS = 1000
const BLOCK = 16
/**
 * Largest mean difference of a 16x16 block, in steps of 255, that still counts as the same picture. Measured at 640 wide:
 * one picture encoded again and again (CRF 23, CRF 30, 400 kbit/s) moves by 0 to 0.8 once the encoder has settled;
 * 39 recorded clips and 9 of them encoded again at CRF 23 and 32 never by less than 1.3 within a second, most by 20.
 */
const SAME_BLOCK = 1

/** Compares with the picture at which the stillness began, so that a slow change ends it too. */
export function frozenWatch(frozenMs: number): FrozenWatch {
  let reference: Uint8Array | undefined
  let sinceMs = 0
  let lookedMs = Number.NEGATIVE_INFINITY
  let frozen = false
  return {
    see(pixels, width, height, nowMs) {
      if (nowMs - lookedMs < LOOK_MS && nowMs >= lookedMs) return frozen
      lookedMs = nowMs
      const luma = pixels.subarray(0, width * height)
      if (reference?.length !== luma.length || largestBlockDifference(reference, luma, width, height) > SAME_BLOCK) {
        reference = luma.slice()
        sinceMs = nowMs
        frozen = false
      } else {
        frozen = nowMs - sinceMs >= frozenMs
      }
      return frozen
    },
  }
}

/** Mean absolute difference of the 16x16 block that differs most; both planes have the same size. */
export function largestBlockDifference(a: Uint8Array, b: Uint8Array, width: number, height: number): number {
  let largest = 0
  for (let y0 = 0; y0 < height; y0 += BLOCK) {
    const y1 = Math.min(height, y0 + BLOCK)
    for (let x0 = 0; x0 < width; x0 += BLOCK) {
      const x1 = Math.min(width, x0 + BLOCK)
      let sum = 0
      for (let y = y0; y < y1; y++) {
        const row = y * width
        for (let i = row + x0; i < row + x1; i++) sum += Math.abs(a[i]! - b[i]!)
      }
      largest = Math.max(largest, sum / ((y1 - y0) * (x1 - x0)))
    }
  }
  return largest
}
