/** One labelled picture of an alert for a phone, a page or a broker: before, after and difference side by side, the box drawn in. */
import sharp from 'sharp'
import type { Box } from '../core/verdict.js'
import { drawText, GLYPH_HEIGHT, textWidth } from './font.js'

export const STRIP_WIDTH = 960
/** What a broker is asked to keep for each camera. */
export const STRIP_MAX_BYTES = 64 * 1024

const GAP = 6
const MARGIN = 8
const LETTER = 2
const LINE = GLYPH_HEIGHT * LETTER + 2 * MARGIN
const GROUND = [28, 31, 36] as const
const WHITE = [232, 232, 232] as const
const RED = [255, 64, 64] as const
/** A crowded picture of 960 x 208 has about 60 KiB at the first. */
const QUALITIES = [85, 70, 50, 30]

export interface StripPane {
  readonly label: string
  /** `width * height * 3` bytes. */
  readonly rgb: Uint8Array
  /** In fractions of the pane. */
  readonly box?: Box
}

export interface StripRequest {
  /** Above the panes: camera, kind, time. */
  readonly title: string
  /** All of one size, from left to right; at least one. */
  readonly panes: readonly StripPane[]
  readonly width: number
  readonly height: number
}

interface Canvas {
  readonly rgb: Uint8Array
  readonly width: number
  readonly height: number
}

/** A JPEG, 960 pixels wide and of at most 64 KiB. */
export async function stripJpeg({ title, panes, width, height }: StripRequest): Promise<Buffer> {
  const paneWidth = Math.floor((STRIP_WIDTH - GAP * (panes.length - 1)) / panes.length)
  const paneHeight = Math.round((height * paneWidth) / width)
  const canvas = blank(STRIP_WIDTH, 2 * LINE + paneHeight)
  write(canvas, title, MARGIN, MARGIN)
  for (const [i, { label, rgb, box }] of panes.entries()) {
    const left = i * (paneWidth + GAP)
    const small = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .resize(paneWidth, paneHeight, { fit: 'fill' })
      .raw()
      .toBuffer()
    paste(canvas, small, paneWidth, left, LINE)
    write(canvas, label, left + MARGIN, LINE + paneHeight + MARGIN)
    if (box) outline(canvas, box, { left, top: LINE, width: paneWidth, height: paneHeight })
  }
  return encoded(canvas)
}

async function encoded({ rgb, width, height }: Canvas): Promise<Buffer> {
  for (const quality of QUALITIES) {
    const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .jpeg({ quality })
      .toBuffer()
    if (jpeg.length <= STRIP_MAX_BYTES) return jpeg
  }
  // noise from edge to edge: half the size is still a picture
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(Math.round(width / 2))
    .jpeg({ quality: QUALITIES.at(-1) })
    .toBuffer()
}

function blank(width: number, height: number): Canvas {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < rgb.length; i++) rgb[i] = GROUND[i % 3]!
  return { rgb, width, height }
}

function paste(canvas: Canvas, rgb: Uint8Array, width: number, left: number, top: number): void {
  const rows = rgb.length / (width * 3)
  for (let y = 0; y < rows; y++) {
    canvas.rgb.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * canvas.width + left) * 3)
  }
}

/** Cut off at the canvas's edge. */
function write(canvas: Canvas, text: string, left: number, top: number): void {
  const most = Math.floor((canvas.width - left) / LETTER)
  let shown = text
  while (textWidth(shown) > most) shown = shown.slice(0, -1)
  drawText(shown, (x, y) => fill(canvas, left + x * LETTER, top + y * LETTER, LETTER, LETTER, WHITE))
}

function outline(
  canvas: Canvas,
  [x, y, w, h]: Box,
  pane: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): void {
  const left = pane.left + Math.round(x * (pane.width - LETTER))
  const top = pane.top + Math.round(y * (pane.height - LETTER))
  const width = Math.max(LETTER, Math.round(w * (pane.width - LETTER)))
  const height = Math.max(LETTER, Math.round(h * (pane.height - LETTER)))
  fill(canvas, left, top, width + LETTER, LETTER, RED)
  fill(canvas, left, top + height, width + LETTER, LETTER, RED)
  fill(canvas, left, top, LETTER, height, RED)
  fill(canvas, left + width, top, LETTER, height, RED)
}

function fill(
  { rgb, width, height }: Canvas,
  left: number,
  top: number,
  w: number,
  h: number,
  colour: readonly [number, number, number],
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + h); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + w); x++) rgb.set(colour, (y * width + x) * 3)
  }
}
