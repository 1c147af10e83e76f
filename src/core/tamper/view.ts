/** A picture as tamper sees it: coarse brightness and fine detail. Holds no pixels. */
import type { Frame } from '../frame.js'

/** Detail is looked for between patches of 4x4 samples: a single one is noise. Cells have 4x4 patches. */
const PATCH = 4
const PER_CELL = 4
const CELL = PATCH * PER_CELL
/** Mean luma from which a patch is burnt out; limited range, white is 235. */
const WHITE = 230

/** `means`, `detail`: a cell of 16x16 samples each, in raster order. */
export interface View {
  readonly columns: number
  readonly lines: number
  /** Mean luma, 0..255. */
  readonly means: Float32Array
  /** Mean square of the patches' five-point Laplacian: what goes first when the focus does. */
  readonly detail: Float32Array
  /** Share of the patches that are burnt out. */
  readonly white: number
}

/** 0.3 ms at 640x360. */
export function viewOf({ pixels, width, height }: Pick<Frame, 'pixels' | 'width' | 'height'>): View {
  const columns = Math.floor(width / CELL)
  const lines = Math.floor(height / CELL)
  const across = columns * PER_CELL
  const patches = patchesOf(pixels, width, across, lines * PER_CELL)
  const means = new Float32Array(columns * lines)
  const detail = new Float32Array(columns * lines)
  let white = 0
  for (let y = 0; y < lines * PER_CELL; y++) {
    const up = y === 0 ? 0 : -across
    const down = y === lines * PER_CELL - 1 ? 0 : across
    for (let x = 0; x < across; x++) {
      const at = y * across + x
      const cell = Math.floor(y / PER_CELL) * columns + Math.floor(x / PER_CELL)
      const luma = patches[at]!
      const left = patches[x === 0 ? at : at - 1]!
      const right = patches[x === across - 1 ? at : at + 1]!
      const bend = left + right + patches[at + up]! + patches[at + down]! - 4 * luma
      means[cell]! += luma / (PER_CELL * PER_CELL)
      detail[cell]! += (bend * bend) / (PER_CELL * PER_CELL)
      if (luma >= WHITE) white++
    }
  }
  return { columns, lines, means, detail, white: white / patches.length }
}

function patchesOf(pixels: Uint8Array, width: number, across: number, down: number): Float32Array {
  const patches = new Float32Array(across * down)
  for (let y = 0; y < down * PATCH; y++) {
    const row = Math.floor(y / PATCH) * across
    for (let x = 0, at = y * width; x < across; x++, at += PATCH) {
      patches[row + x]! += pixels[at]! + pixels[at + 1]! + pixels[at + 2]! + pixels[at + 3]!
    }
  }
  for (let i = 0; i < patches.length; i++) patches[i]! /= PATCH * PATCH
  return patches
}
