/** What the networks say about one frame. */

/** Where in the picture: [x, y, w, h] as fractions of the frame, 0..1. */
export type Box = readonly [number, number, number, number]

/**
 * `logit`: the classifier's calibrated log-odds (natural log) that the frame is perturbed.
 * `p`: probability that a clean frame scores this high, (0, 1], from the bundle's calibration.
 * `level`: estimated L-inf of the perturbation, 0..1; undefined while only the screen has looked.
 */
export interface Score {
  readonly logit: number
  readonly p: number
  readonly level?: number
  readonly box?: Box
}

/** A judged frame. `passes`: how often the mapping network was applied. A frame that nobody judged has no verdict. */
export type Verdict =
  | { readonly kind: 'clean'; readonly score: Score; readonly passes: 0 }
  | { readonly kind: 'perturbed'; readonly score: Score; readonly purified: Uint8Array; readonly passes: number }
