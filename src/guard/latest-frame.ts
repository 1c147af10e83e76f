/** One frame in judgement and the newest one waiting: a camera never queues, it drops and counts. */
import type { Frame } from '../core/frame.js'

export interface LatestFrame {
  /** Takes the frame; one that waited is given up. */
  offer(frame: Frame): void
  /** When the frame in judgement was handed over, monotonic; undefined when none is. */
  judgingSinceMs(): number | undefined
  dropped(): number
  /** Resolves when nothing is in judgement any more; frames offered from now on are given up. */
  stop(): Promise<void>
}

interface Offered {
  readonly frame: Frame
  readonly capturedMs: number
}

/**
 * `judge` is called with one frame at a time, and with its capture on the monotonic clock, which nobody sets; `giveUp` with each
 * frame that is dropped.
 */
export function latestFrame(
  judge: (frame: Frame, capturedMs: number) => Promise<void>,
  giveUp: (frame: Frame) => void,
): LatestFrame {
  let waiting: Offered | undefined
  let sinceMs: number | undefined
  let dropped = 0
  let stopped = false
  let running: Promise<void> = Promise.resolve()

  async function run(first: Offered): Promise<void> {
    for (let next: Offered | undefined = first; next; ) {
      sinceMs = performance.now()
      await judge(next.frame, next.capturedMs)
      next = waiting
      waiting = undefined
    }
    sinceMs = undefined
  }

  return {
    offer(frame) {
      if (stopped) return giveUp(frame)
      const offered = { frame, capturedMs: performance.now() - (Date.now() - frame.capturedAtMs) }
      if (sinceMs === undefined) {
        running = run(offered)
        return
      }
      if (waiting) {
        dropped++
        giveUp(waiting.frame)
      }
      waiting = offered
    },
    judgingSinceMs: () => sinceMs,
    dropped: () => dropped,
    async stop() {
      stopped = true
      if (waiting) giveUp(waiting.frame)
      waiting = undefined
      await running
    },
  }
}
