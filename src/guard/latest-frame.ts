/** One frame in judgement and the newest one waiting: a camera never queues, it drops and counts. */
import type { Frame } from '../core/frame.js'

export interface LatestFrame {
  /** Takes the frame; one that waited is given up. */
  offer(frame: Frame): void
  /** When the frame in judgement was handed over; undefined when none is. */
  judgingSinceMs(): number | undefined
  dropped(): number
  /** Resolves when nothing is in judgement any more; frames offered from now on are given up. */
  stop(): Promise<void>
}

/** `judge` is called with one frame at a time; `giveUp` with each frame that is dropped. */
export function latestFrame(judge: (frame: Frame) => Promise<void>, giveUp: (frame: Frame) => void): LatestFrame {
  let waiting: Frame | undefined
  let sinceMs: number | undefined
  let dropped = 0
  let stopped = false
  let running: Promise<void> = Promise.resolve()

  async function run(first: Frame): Promise<void> {
    for (let frame: Frame | undefined = first; frame; ) {
      sinceMs = Date.now()
      await judge(frame)
      frame = waiting
      waiting = undefined
    }
    sinceMs = undefined
  }

  return {
    offer(frame) {
      if (stopped) return giveUp(frame)
      if (sinceMs === undefined) {
        running = run(frame)
        return
      }
      if (waiting) {
        dropped++
        giveUp(waiting)
      }
      waiting = frame
    },
    judgingSinceMs: () => sinceMs,
    dropped: () => dropped,
    async stop() {
      stopped = true
      if (waiting) giveUp(waiting)
      waiting = undefined
      await running
    },
  }
}
