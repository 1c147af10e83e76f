/**
 * How strong a perturbation is: a small regression on what the mapping network took away of one frame, and on its noise. The
 * constants come with the bundle and belong to its networks; models/training/camera/fit_level.py fits them.
 */
import { noiseQuantiles } from './baseline/noise.js'
import { quantile } from './quantile.js'

/** One hidden layer; `hidden[i]` are the weights of unit i, its bias last. All of the features below, in their order. */
export interface LevelModel {
  readonly centre: readonly number[]
  readonly scale: readonly number[]
  readonly hidden: readonly (readonly number[])[]
  /** Natural logs of the level in steps of 1/255 and of its standard error, from the hidden units; bias last. */
  readonly level: readonly number[]
  readonly error: readonly number[]
  /** Standard error of ln(level) above which the level is unknown. */
  readonly most_error: number
}

/** A frame as the chain saw it, and what M made of it. `head`: the network's own estimate, 0..1; `chain`, `screen`: log-odds of C and of the screen. I420; luma alone is read. */
export interface Removal {
  readonly before: Uint8Array
  readonly after: Uint8Array
  readonly width: number
  readonly height: number
  readonly chain: number
  readonly screen: number
  readonly head: number
}

/** Standardised features beyond this many deviations are none that the fit has seen. */
const MOST_DEVIATIONS = 4
const BLOCK = 16
const NOISE_SHARES = [0.1, 0.25, 0.5, 0.75] as const
const REMOVAL_SHARES = [0.9, 0.99, 0.999] as const
const BLOCK_SHARES = [0.25, 0.5, 0.75, 0.95] as const
export const LEVEL_FEATURES = 5 + NOISE_SHARES.length + REMOVAL_SHARES.length + BLOCK_SHARES.length

/** L-inf, 0..1; undefined where the estimate is too uncertain to be said. */
export function perturbationLevel(model: LevelModel, removal: Removal): number | undefined {
  const features = levelFeatures(removal).map((value, i) => {
    const deviation = (value - model.centre[i]!) / model.scale[i]!
    return Math.max(-MOST_DEVIATIONS, Math.min(MOST_DEVIATIONS, deviation))
  })
  const hidden = model.hidden.map((weights) => Math.tanh(affine(weights, features)))
  if (Math.exp(affine(model.error, hidden)) > model.most_error) return undefined
  return Math.min(1, Math.exp(affine(model.level, hidden)) / 255)
}

/** `weights`: one for each of `values`, and the bias. */
function affine(weights: readonly number[], values: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + weights[i]! * value, weights[values.length]!)
}

/**
 * LEVEL_FEATURES numbers: ln of the head, the scores of C and the screen, four quantiles of the noise; ln of root mean square, mean and three quantiles of
 * what was taken away (steps of luma), and of four quantiles of its deviation within 16x16 blocks.
 */
export function levelFeatures({ before, after, width, height, chain, screen, head }: Removal): readonly number[] {
  const counts = new Uint32Array(256)
  const deviations: number[] = []
  let squares = 0
  let sum = 0
  for (let y = 0; y < height; y += BLOCK) {
    for (let x = 0; x < width; x += BLOCK) {
      const whole = y + BLOCK <= height && x + BLOCK <= width
      let s = 0
      let q = 0
      for (let j = y; j < Math.min(height, y + BLOCK); j++) {
        for (let i = j * width + x; i < j * width + Math.min(width, x + BLOCK); i++) {
          const d = before[i]! - after[i]!
          counts[Math.abs(d)]!++
          s += d
          q += d * d
          sum += Math.abs(d)
        }
      }
      squares += q
      if (whole) deviations.push(Math.sqrt(Math.max(0, q / BLOCK ** 2 - (s / BLOCK ** 2) ** 2)))
    }
  }
  const luma = width * height
  deviations.sort((a, b) => a - b)
  return [
    Math.log(Math.max(1e-4, head)),
    chain,
    screen,
    ...noiseQuantiles({ pixels: before, width, height }, NOISE_SHARES),
    Math.log(0.1 + Math.sqrt(squares / luma)),
    Math.log(0.1 + sum / luma),
    ...REMOVAL_SHARES.map((share) => Math.log(0.5 + stepAt(counts, share * luma))),
    ...BLOCK_SHARES.map((share) => Math.log(0.1 + (deviations.length > 0 ? quantile(deviations, share) : 0))),
  ]
}

/** The least step that `rank` of the samples do not exceed. */
function stepAt(counts: Uint32Array, rank: number): number {
  let step = 0
  for (let seen = counts[0]!; seen < rank && step < counts.length - 1; seen += counts[step]!) step++
  return step
}
