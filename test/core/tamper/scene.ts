/** A drawn camera: a textured scene, a thing that passes, a sensor whose noise never repeats. Luma alone; chroma is grey or tinted. */
import { seededChance } from '../../../src/core/chance.js'
import { normals } from '../../fixtures/random.js'

export const WIDTH = 320
export const HEIGHT = 192

export type Luma = Float32Array
/** What is done to a frame at `t` seconds from its begin. */
export type Change = (luma: Luma, t: number, index: number) => Luma

/** Blocks and lines of all sizes, the same for the same `seed`. */
export function scene(seed = 1): Luma {
  const chance = seededChance(seed)
  const luma = new Float32Array(WIDTH * HEIGHT).fill(110)
  for (let i = 0; i < 260; i++) {
    const [w, h] = [4 + chance() * 50, 4 + chance() * 40]
    const [x0, y0] = [Math.floor(chance() * WIDTH), Math.floor(chance() * HEIGHT)]
    const value = 30 + chance() * 180
    for (let y = y0; y < Math.min(HEIGHT, y0 + h); y++)
      for (let x = x0; x < Math.min(WIDTH, x0 + w); x++) luma[y * WIDTH + x] = value
  }
  return luma
}

/** Takes pictures of what it is shown; each call is another frame. `sigma`: deviation of its noise, in steps of luma. */
export function sensor(sigma = 1.5, seed = 7): (luma: Luma, chroma?: number) => Uint8Array<ArrayBuffer> {
  const normal = normals(seed)
  const chance = seededChance(seed)
  const field = Float32Array.from({ length: WIDTH * (HEIGHT + 64) }, () => normal() * sigma)
  return (luma, chroma = 12) => {
    const from = Math.floor(chance() * WIDTH * 64)
    const pixels = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128 + chroma)
    const sign = chance() < 0.5 ? 1 : -1
    for (let i = 0; i < luma.length; i++) pixels[i] = Math.max(16, Math.min(235, luma[i]! + sign * field[from + i]!))
    return pixels
  }
}

/** A bright thing of 24x16 that crosses the picture in 4 s, again and again. */
export function passing(luma: Luma, seconds: number): Luma {
  const out = luma.slice()
  const x0 = Math.floor(((seconds % 4) / 4) * (WIDTH + 24)) - 24
  for (let y = 120; y < 136; y++)
    for (let x = Math.max(0, x0); x < Math.min(WIDTH, x0 + 24); x++) out[y * WIDTH + x] = 200
  return out
}

export function mapped(luma: Luma, to: (value: number, x: number, y: number) => number): Luma {
  return luma.map((value, i) => to(value, i % WIDTH, Math.floor(i / WIDTH)))
}

/** Mean over a square of 2 r + 1 samples, twice: about a disc out of focus. */
export function blurred(luma: Luma, r: number): Luma {
  let out = luma
  for (let pass = 0; pass < 2; pass++) out = boxed(boxed(out, r, 1), r, WIDTH)
  return out
}

function boxed(luma: Luma, r: number, step: 1 | typeof WIDTH): Luma {
  const out = new Float32Array(luma.length)
  const length = step === 1 ? WIDTH : HEIGHT
  for (let i = 0; i < luma.length; i++) {
    const at = step === 1 ? i % WIDTH : Math.floor(i / WIDTH)
    let sum = 0
    for (let k = -r; k <= r; k++) sum += luma[i + (Math.max(0, Math.min(length - 1, at + k)) - at) * step]!
    out[i] = sum / (2 * r + 1)
  }
  return out
}
