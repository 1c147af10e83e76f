/** How many inference threads a guard takes. Pure. */
import type { ModelSettings } from '../core/settings.js'

export interface Machine {
  readonly cores: number
  /** Guards that share them. */
  readonly guards: number
  /** Cameras of this guard. */
  readonly cameras: number
}

/**
 * `auto`: this guard's part of the cores. Never more than cameras, which have one frame each in judgement at a time: a thread
 * that has nothing to do still takes 65 MB.
 */
export function threadCount(wanted: ModelSettings['threads'], { cores, guards, cameras }: Machine): number {
  const most = wanted === 'auto' ? Math.floor(cores / guards) : wanted
  return Math.max(1, Math.min(most, cameras))
}
