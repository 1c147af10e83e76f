/** A few hundred samples of each frame: what stripes and repeated recordings are known by. Holds no pixels. */
import type { Frame } from '../frame.js'

/** Bands side by side whose rows are summed apart: a stripe crosses all of them, a thing that moves does not. */
export const BANDS = 4
/** Luma and the two chroma planes. */
export const PLANES = 3
/** Rows that are looked at, evenly spaced. */
export const ROWS = 60
const PER_BAND = 12
/** Regions of the picture, and samples in each. */
export const REGIONS_ACROSS = 8
export const REGIONS_DOWN = 4
export const PER_REGION = 32

/**
 * `rows`: mean value of ROWS rows, a profile for each of BANDS bands, plane after plane. `grain`: luma of a sample less the mean of four around
 * it, PER_REGION for each region: noise and fine detail, free of light.
 */
export interface Print {
  readonly rows: Float32Array
  readonly grain: Float32Array
}

/** 0.05 ms. */
export function printOf({ pixels, width, height }: Pick<Frame, 'pixels' | 'width' | 'height'>): Print {
  return { rows: rowsOf(pixels, width, height), grain: grainOf(pixels, width, height) }
}

function rowsOf(pixels: Uint8Array, width: number, height: number): Float32Array {
  const rows = new Float32Array(PLANES * BANDS * ROWS)
  const luma = width * height
  for (let plane = 0, at = 0; plane < PLANES; plane++) {
    const [w, h] = plane === 0 ? [width, height] : [width / 2, height / 2]
    const from = plane === 0 ? 0 : luma + ((plane - 1) * luma) / 4
    for (let band = 0; band < BANDS; band++) {
      for (let i = 0; i < ROWS; i++) {
        const row = from + Math.floor(((i + 0.5) * h) / ROWS) * w
        let sum = 0
        for (let k = 0; k < PER_BAND; k++) sum += pixels[row + Math.floor(((band + (k + 0.5) / PER_BAND) * w) / BANDS)]!
        rows[at++] = sum / PER_BAND
      }
    }
  }
  return rows
}

/** Samples lie on a lattice that fills a region without lining up with the encoder's blocks. */
const [STEP_X, STEP_Y] = [0.618, 0.382]

function grainOf(pixels: Uint8Array, width: number, height: number): Float32Array {
  const grain = new Float32Array(REGIONS_ACROSS * REGIONS_DOWN * PER_REGION)
  let at = 0
  for (let down = 0; down < REGIONS_DOWN; down++) {
    for (let across = 0; across < REGIONS_ACROSS; across++) {
      for (let k = 0; k < PER_REGION; k++) {
        const x = 2 + Math.floor(((across + ((k * STEP_X) % 1)) / REGIONS_ACROSS) * (width - 4))
        const y = 2 + Math.floor(((down + ((k * STEP_Y + k / PER_REGION) % 1)) / REGIONS_DOWN) * (height - 4))
        const i = y * width + x
        const around = pixels[i - 2]! + pixels[i + 2]! + pixels[i - 2 * width]! + pixels[i + 2 * width]!
        grain[at++] = pixels[i]! - around / 4
      }
    }
  }
  return grain
}
