/** Which frame is due: a camera never waits for a slow reader, it skips. */

/** Number of the frame that is due `elapsedMs` after the first, from 0. */
export function frameDue(elapsedMs: number, rate: number): number {
  return Math.max(0, Math.floor((elapsedMs * rate) / 1_000))
}

/** Whole milliseconds from `elapsedMs` until `frame` is due, at least 0; a timer would cut a fraction off. */
export function untilDue(frame: number, elapsedMs: number, rate: number): number {
  return Math.max(0, Math.ceil((frame * 1_000) / rate - elapsedMs))
}
