/** The clock and the name that a camera burns into its picture: white letters with a dark outline. */
import { drawText, GLYPH_HEIGHT, textWidth } from '../evidence/font.js'

const WHITE = 228
const DARK = 22
const SCALE = 2

/** Writes `text` into the luma of an I420 picture, letters twice the font's size, top left at (left, top); chroma turns grey. */
export function burnIn(
  pixels: Uint8Array,
  width: number,
  height: number,
  text: string,
  left: number,
  top: number,
): void {
  const luma = (x: number, y: number, value: number) => {
    if (x >= 0 && y >= 0 && x < width && y < height) pixels[y * width + x] = value
  }
  const block = (x: number, y: number, spread: number, value: number) => {
    const [px, py] = [left + x * SCALE, top + y * SCALE]
    for (let dy = -spread; dy < SCALE + spread; dy++)
      for (let dx = -spread; dx < SCALE + spread; dx++) luma(px + dx, py + dy, value)
  }
  drawText(text, (x, y) => block(x, y, 1, DARK))
  drawText(text, (x, y) => block(x, y, 0, WHITE))
  const half = width / 2
  for (const plane of [width * height, width * height * 1.25]) {
    for (let y = top >> 1; y < (top + GLYPH_HEIGHT * SCALE) >> 1; y++) {
      pixels.fill(128, plane + y * half + (left >> 1), plane + y * half + ((left + textWidth(text) * SCALE) >> 1))
    }
  }
}

/** `2026-11-22 18:00:07`, UTC. */
export function clockText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')
}
