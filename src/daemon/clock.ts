/** The daemon's clock: it reckons in monotonic time, and says the time of day. */
import { wallOffset } from '../core/wall-clock.js'

export interface Clock {
  /** Monotonic milliseconds: waits and ages. */
  nowMs(): number
  /** The time of day of a monotonic moment, milliseconds since the epoch. */
  wallMs(atMs: number): number
}

export function systemClock(): Clock {
  let offsetMs: number | undefined
  return {
    nowMs: () => performance.now(),
    wallMs(atMs) {
      offsetMs = wallOffset(offsetMs, Date.now(), performance.now())
      return Math.round(offsetMs + atMs)
    },
  }
}
