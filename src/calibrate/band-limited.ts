/** Noise that holds the spectrum of a gradient attack better than white noise does: a codec leaves more of it. */
import type { Pattern } from '../core/perturbation.js'

/** The sign of the mean around each value: patches of a few pixels, the whole L-inf everywhere. Edges are taken as they are. */
export function bandLimited({ values, width, height }: Pattern): Pattern {
  const signs = Uint8Array.from(values, (value, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return value
    let sum = 0
    for (let row = i - width; row <= i + width; row += width) sum += values[row - 1]! + values[row]! + values[row + 1]!
    return sum >= 9 * 128 ? 255 : 1
  })
  return { values: signs, width, height }
}
