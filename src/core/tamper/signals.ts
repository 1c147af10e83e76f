/** What is measured of a second of a camera's pictures to decide whether it was tampered with. */
import type { Tail } from '../baseline/tail.js'

/**
 * `lost`: how little of the known scene is left, 1 less the correlation of its edges, 0..2 (structure.ts) · `blur`: nats of
 * detail lost where the scene is still there · `veil`: nats of coarse edges lost · `gloom`: nats by which the highlights lie
 * below white · `white`: share of the picture that is burnt out · `still`: how little moves, less the log of the largest change
 * within the second · `stripes`: share of the brightness (stripes.ts) · `loop`: likeness with what was seen before, -1..1
 * (loop.ts). All rise with tamper.
 */
export const TAMPER_SIGNALS = ['lost', 'blur', 'veil', 'gloom', 'white', 'still', 'stripes', 'loop'] as const
export type TamperSignal = (typeof TAMPER_SIGNALS)[number]

/** A signal that says nothing of this second is left out. */
export type TamperMeasurements = Readonly<Partial<Record<TamperSignal, number>>>

/**
 * `strays`: how far seconds of a camera that nobody tampers with lie above its own level, of any camera before it was seen.
 * `least`: the level of one that lies below is taken to be this; what is measured against a known view has no other before it
 * was learned. Chosen on clips, photographs and nuisances of the train and calibrate splits (models/README.md, Tamper).
 */
export interface TamperPrior {
  readonly strays: Tail
  readonly least: number
  /** Its level is the most that it has shown: it varies with what goes on, and has an end. */
  readonly most?: boolean
}

export const TAMPER_PRIORS: Readonly<Record<TamperSignal, TamperPrior>> = {
  lost: { strays: { u: 0.5, z: 1e-3, xi: 0, beta: 0.06 }, least: 0 },
  blur: { strays: { u: 0.4, z: 1e-3, xi: 0, beta: 0.03 }, least: 0 },
  veil: { strays: { u: 1.75, z: 1e-3, xi: 0, beta: 0.08 }, least: 0 },
  gloom: { strays: { u: 1.8, z: 1e-3, xi: 0, beta: 0.1 }, least: 0.2 },
  white: { strays: { u: 0.2, z: 1e-3, xi: 0, beta: 0.02 }, least: 0 },
  // a scene in which nothing moves but the sensor's noise changes by 0.4 to 0.6 of luma, a frozen one that is encoded anew by 0 to 0.3
  still: { strays: { u: 0.45, z: 1e-3, xi: 0, beta: 0.1 }, least: 0.5, most: true },
  stripes: { strays: { u: 0.058, z: 1e-3, xi: 0, beta: 0.004 }, least: 0 },
  loop: { strays: { u: 0.35, z: 1e-3, xi: 0, beta: 0.03 }, least: 0 },
}
