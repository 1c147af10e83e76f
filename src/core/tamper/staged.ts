/** What a drill does to a camera's frames in place of somebody who tampers with it. */
import type { Frame } from '../frame.js'

export const STAGED_KINDS = ['covered', 'defocused', 'turned', 'frozen', 'loop'] as const
export type StagedKind = (typeof STAGED_KINDS)[number]

/** Of a loop: so long it shows the camera's own frames, then those again and again. */
const RECORDED_MS = 3_000
/** Out of focus by a hundredth of the width. */
const BLUR_SHARE = 100

/** Returns copies of the frames that it is given, in their order. */
export type Staging = (frame: Frame) => Frame

export function staging(kind: StagedKind): Staging {
  const shown: Frame[] = []
  let again = 0
  return (frame) => {
    if (kind === 'frozen' || kind === 'loop') {
      const longEnough = shown[0] && (kind === 'frozen' || frame.capturedAtMs - shown[0].capturedAtMs >= RECORDED_MS)
      if (longEnough) return { ...frame, pixels: shown[again++ % shown.length]!.pixels.slice() }
      shown.push({ ...frame, pixels: frame.pixels.slice() })
      return { ...frame, pixels: frame.pixels.slice() }
    }
    const pixels = frame.pixels.slice()
    CHANGES[kind](frame, pixels)
    return { ...frame, pixels }
  }
}

/** Write what `frame` becomes into `pixels`, a copy of its own. */
const CHANGES: Readonly<Record<'covered' | 'defocused' | 'turned', (frame: Frame, pixels: Uint8Array) => void>> = {
  // a hand before the lens: dull, brighter to one side
  covered({ width, height }, pixels) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) pixels[y * width + x] = 60 + (30 * x) / width + (20 * y) / height
    }
    pixels.fill(128, width * height)
  },
  // chroma is coarse anyway
  defocused({ pixels: from, width, height }, pixels) {
    const radius = Math.max(1, Math.round(width / BLUR_SHARE))
    const across = new Uint8Array(width * height)
    averaged(from, across, { lines: height, length: width, step: 1, stride: width, radius })
    averaged(across, pixels, { lines: width, length: height, step: width, stride: 1, radius })
  },
  // what leaves on one side comes in on the other
  turned({ pixels: from, width, height }, pixels) {
    const by = Math.round(width / 6) * 2
    for (let y = 0; y < height; y++) {
      const row = y * width
      for (let x = 0; x < width; x++) pixels[row + x] = from[row + ((x + by) % width)]!
    }
  },
}

interface Lines {
  readonly lines: number
  readonly length: number
  /** From one sample of a line to the next, and from one line to the next. */
  readonly step: number
  readonly stride: number
  readonly radius: number
}

/** Mean over 2 * radius + 1 samples of a line; a line's end goes on. */
function averaged(from: Uint8Array, to: Uint8Array, { lines, length, step, stride, radius }: Lines): void {
  for (let line = 0; line < lines; line++) {
    const at = (i: number) => line * stride + Math.max(0, Math.min(length - 1, i)) * step
    let sum = 0
    for (let i = -radius; i <= radius; i++) sum += from[at(i)]!
    for (let i = 0; i < length; i++) {
      to[at(i)] = sum / (2 * radius + 1)
      sum += from[at(i + radius + 1)]! - from[at(i - radius)]!
    }
  }
}
