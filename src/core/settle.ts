/**
 * Jumps of the whole picture (cut, exposure, infra-red switch, camera moved): the networks' scores jump with them,
 * so evidence waits until the picture has settled. An attack outlasts the wait; a jump does not.
 */
import type { Frame } from './frame.js'

const BINS = 32
/** Every 8th column of every 8th row: 3,600 samples at 640x360. */
const STRIDE = 8
/** Share of samples that change their bin group; cuts of the train clips lie above 0.5, motion below 0.2. */
const JUMP_SHARE = 0.4
const SETTLE_MS = 2_000
/** A picture that jumps more often than this is no benign scene: settling would be a way to blind the guard. */
const MAX_JUMPS = 3
const JUMPS_WINDOW_MS = 60_000

export interface SettleState {
  readonly histogram?: readonly number[]
  readonly jumpsMs: readonly number[]
  readonly untilMs: number
}

export const SETTLED: SettleState = { jumpsMs: [], untilMs: 0 }

/** Shares of the luma values (0..255, 32 bins) of a sampled I420 picture; sums to 1. */
export function lumaHistogram(frame: Pick<Frame, 'pixels' | 'width' | 'height'>): readonly number[] {
  const counts = new Array<number>(BINS).fill(0)
  let samples = 0
  for (let y = 0; y < frame.height; y += STRIDE) {
    const row = y * frame.width
    for (let x = 0; x < frame.width; x += STRIDE) {
      counts[frame.pixels[row + x]! >> 3]!++
      samples++
    }
  }
  return counts.map((c) => c / samples)
}

/** One step: the new state, and whether the frame at `atMs` falls into a settling time. */
export function settle(state: SettleState, histogram: readonly number[], atMs: number): [SettleState, boolean] {
  const jumped = state.histogram !== undefined && movedShare(state.histogram, histogram) > JUMP_SHARE
  if (!jumped) return [{ ...state, histogram }, atMs < state.untilMs]
  const jumpsMs = [...state.jumpsMs.filter((t) => atMs - t < JUMPS_WINDOW_MS), atMs]
  const untilMs = jumpsMs.length > MAX_JUMPS ? state.untilMs : atMs + SETTLE_MS
  return [{ histogram, jumpsMs, untilMs }, atMs < untilMs]
}

/** Earth mover's view of two histograms would be finer; the total variation distance, 0..1, is enough for a cut. */
function movedShare(a: readonly number[], b: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!)
  return sum / 2
}
