/** One attack on one camera, from the first evidence to its end. */
import type { Kind, Phase } from './alert.js'
import type { Box } from './verdict.js'

/** `since`: when the evidence began to rise; times are milliseconds since the epoch. `score` is the worst log-odds so far. */
export interface Incident {
  readonly id: string
  readonly phase: Phase
  readonly sinceMs: number
  readonly raisedAtMs: number
  /** When it was last reported. */
  readonly updatedAtMs: number
  readonly kind: Kind
  readonly level?: number
  readonly score: number
  readonly box?: Box
}
