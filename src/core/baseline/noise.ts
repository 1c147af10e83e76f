/** Fine luma noise of a picture: what strong random perturbations raise most and no scene change does. */
import type { Frame } from '../frame.js'

/** Every second block of every second row of blocks: a quarter of the picture, 0.3 ms at 640x360. */
const BLOCK = 16
const STRIDE = 2
/** The quarter of the blocks with the least texture tells noise from scene. */
const QUIET_SHARE = 0.25
/** Below half a step of 8 bits there is the coder's flatness and nothing to tell apart. */
const FLOOR = 0.5

/**
 * Natural log of the noise deviation, in steps of luma (0..255), at the lower quartile of 16x16 blocks; >= ln 0.5.
 * Mean absolute response of the Laplacian difference mask, times sqrt(pi / 2) / 6 (Immerkaer 1996).
 */
export function lumaNoise(frame: Pick<Frame, 'pixels' | 'width' | 'height'>): number {
  return noiseQuantiles(frame, [QUIET_SHARE])[0]!
}

/** The same at other quantiles of the blocks, each share in [0, 1). */
export function noiseQuantiles(
  { pixels, width, height }: Pick<Frame, 'width' | 'height'> & { readonly pixels: Uint8Array },
  shares: readonly number[],
): number[] {
  const blocks: number[] = []
  for (let y = 1; y + BLOCK < height; y += BLOCK * STRIDE) {
    for (let x = 1; x + BLOCK < width; x += BLOCK * STRIDE) blocks.push(laplacian(pixels, width, x, y))
  }
  blocks.sort((a, b) => a - b)
  return shares.map((share) => {
    const response = blocks[Math.floor(blocks.length * share)] ?? 0
    return Math.log(Math.max(FLOOR, (response * Math.sqrt(Math.PI / 2)) / 6))
  })
}

/** Mean absolute value of [[1, -2, 1], [-2, 4, -2], [1, -2, 1]] over the block at (left, top). */
function laplacian(pixels: Uint8Array, width: number, left: number, top: number): number {
  let sum = 0
  for (let y = top; y < top + BLOCK; y++) {
    const row = y * width
    for (let x = left; x < left + BLOCK; x++) {
      const above = row - width + x
      const below = row + width + x
      const at = row + x
      const corners = pixels[above - 1]! + pixels[above + 1]! + pixels[below - 1]! + pixels[below + 1]!
      const sides = pixels[above]! + pixels[below]! + pixels[at - 1]! + pixels[at + 1]!
      sum += Math.abs(corners - 2 * sides + 4 * pixels[at]!)
    }
  }
  return sum / (BLOCK * BLOCK)
}
