/** Where a frame stands in its source, in ms from the source's start. Pure. */
import { arrivalMs } from './capture-time.js'

/** `startMs` undefined: no frame yet. */
export interface SourcePosition {
  readonly startMs?: number
  readonly positionMs: number
}

export const AT_START: SourcePosition = { positionMs: 0 }

/**
 * The position of the next frame. A stream's frames stand where they arrived (`nowMs`, since the epoch, where ffmpeg gives no
 * stamp), a file's where their times say. A frame without a time stands where the one before it does; none before the start.
 */
export function placed(
  before: SourcePosition,
  ptsUs: number,
  { live, nowMs }: { readonly live: boolean; readonly nowMs: number },
): SourcePosition {
  const ms = live ? arrivalMs(ptsUs, nowMs) : ptsUs / 1000
  const startMs = before.startMs ?? (live ? ms : 0)
  return { startMs, positionMs: Number.isNaN(ms) ? before.positionMs : Math.max(0, ms - startMs) }
}
