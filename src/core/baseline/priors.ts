/** What is known of any camera before it was seen: how far a signal's clean values stray from the camera's own level. */
import type { Signal } from './signals.js'
import type { Tail } from './tail.js'

/**
 * `ceiling`: the highest level that clean cameras have; a camera that seems to live above it is judged from here, so that an
 * attack which was there from the first frame is none of its own past. `drift`: how far the level may wander from where it
 * was first learned. `upper`: tail of the deviations over clean scenes and nuisances of the training cameras.
 */
export interface Prior {
  readonly ceiling: number
  readonly drift: number
  readonly upper: Tail
}

export type Priors = Readonly<Record<Signal, Prior>>

/** For a bundle that says nothing of it: the shipped one's spread, below its own thresholds. Units: nats. */
export function priorsOf({ suspicious, flagged }: { readonly suspicious: number; readonly flagged: number }): Priors {
  return {
    screen: {
      ceiling: suspicious,
      drift: 0.6,
      upper: { u: 1.3, z: 1e-3, xi: 0.1, beta: 0.2 },
    },
    chain: {
      ceiling: flagged,
      drift: 0.35,
      upper: { u: 0.5, z: 1e-3, xi: 0.1, beta: 0.116 },
    },
    noise: {
      ceiling: 2.5,
      drift: 0.5,
      upper: { u: 1.9, z: 1e-3, xi: 0.1, beta: 0.17 },
    },
  }
}
