/** Says when a camera brings more frames than are judged. Pure. */
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'

const WINDOW_MS = 10_000
/** Below this share of dropped frames the decision over time does not suffer: it looks at 5 frames a second. */
const TOLERATED_SHARE = 0.1

export interface OverloadState {
  readonly sinceMs: number
  readonly frames: number
  readonly dropped: number
}

/** One look at a camera's counters; a diagnostic at the end of each 10 s in which more than a tenth was dropped. */
export function overload(
  state: OverloadState,
  cameraId: string,
  counters: { readonly frames: number; readonly dropped: number },
  atMs: number,
): [OverloadState, Diagnostic | undefined] {
  if (atMs - state.sinceMs < WINDOW_MS) return [state, undefined]
  const dropped = counters.dropped - state.dropped
  const brought = dropped + counters.frames - state.frames
  const next = { sinceMs: atMs, frames: counters.frames, dropped: counters.dropped }
  if (brought === 0 || dropped / brought <= TOLERATED_SHARE) return [next, undefined]
  const text = `${dropped} of ${brought} frames dropped in ${Math.round((atMs - state.sinceMs) / 1_000)} s`
  return [next, diagnostic('FW_OVERLOADED', cameraId, text)]
}
