/** What the networks say about one frame. */

/** Where in the picture: [x, y, w, h] as fractions of the frame, 0..1. */
export type Box = readonly [number, number, number, number]

/**
 * `logit`: calibrated log-odds (natural log) that the frame is perturbed, by the last network that looked: `chainLogit` where
 * there is one, else `screenLogit`.
 * `screenLogit`: the screen's; undefined in mode `full`. `chainLogit`: C's on x - M(x); undefined where the chain did not run.
 * `p`: probability that a clean frame scores this high, (0, 1], from the bundle's calibration.
 * `level`: estimated L-inf of the perturbation, 0..1; undefined while only the screen has looked.
 */
export interface Score {
  readonly logit: number
  readonly screenLogit?: number
  readonly chainLogit?: number
  readonly p: number
  readonly level?: number
  readonly box?: Box
}

/**
 * A judged frame. `passes`: how often the mapping network was applied. `suspicious`: the screen finds it so, and the chain, which
 * alone can tell, was not asked. A frame that nobody judged has no verdict.
 */
export type Verdict =
  | { readonly kind: 'clean'; readonly score: Score; readonly passes: 0 }
  | { readonly kind: 'suspicious'; readonly score: Score; readonly passes: 0 }
  | { readonly kind: 'perturbed'; readonly score: Score; readonly purified: Uint8Array; readonly passes: number }
