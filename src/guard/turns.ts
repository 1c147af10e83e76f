/** Cameras take turns on the inference threads. A camera never queues: its newest frame waits, older ones are dropped and counted. */
import type { Frame } from '../core/frame.js'
import { NO_SHARES, type ShareEvent, share } from './fair-share.js'

/** One camera's place. */
export interface CameraTurns {
  /** Takes the frame; one that waited is given up. */
  offer(frame: Frame): void
  /** When the frame in judgement was handed over, monotonic; undefined when none is. */
  judgingSinceMs(): number | undefined
  dropped(): number
  /** Resolves when nothing is in judgement any more; frames offered from now on are given up. */
  stop(): Promise<void>
}

export interface Turns {
  /**
   * A place for a camera. `judge` is called with one of its frames at a time, in their order, and with its capture on the
   * monotonic clock, which nobody sets; `giveUp` with each frame that is dropped.
   */
  join(judge: (frame: Frame, capturedMs: number) => Promise<void>, giveUp: (frame: Frame) => void): CameraTurns
  /** So many frames more may be in judgement at a time. */
  addThreads(count: number): void
}

interface Offered {
  readonly frame: Frame
  readonly capturedMs: number
}

/** Turns on no thread yet. */
export function createTurns(): Turns {
  let shares = NO_SHARES
  let joined = 0
  const start = new Map<number, () => void>()

  function step(event: ShareEvent): void {
    const [next, served] = share(shares, event)
    shares = next
    for (const camera of served) start.get(camera)!()
  }

  return {
    addThreads: (added) => step({ type: 'threads', added }),
    join(judge, giveUp) {
      const camera = joined++
      let waiting: Offered | undefined
      let sinceMs: number | undefined
      let dropped = 0
      let stopped = false
      let running: Promise<void> = Promise.resolve()
      start.set(camera, () => {
        running = run()
      })

      async function run(): Promise<void> {
        const { frame, capturedMs } = waiting!
        waiting = undefined
        const fromMs = performance.now()
        sinceMs = fromMs
        await judge(frame, capturedMs)
        sinceMs = undefined
        step({ type: 'done', camera, tookMs: performance.now() - fromMs, more: waiting !== undefined })
      }

      return {
        offer(frame) {
          if (stopped) return giveUp(frame)
          if (waiting) {
            dropped++
            giveUp(waiting.frame)
          }
          waiting = { frame, capturedMs: performance.now() - (Date.now() - frame.capturedAtMs) }
          step({ type: 'frame', camera })
        },
        judgingSinceMs: () => sinceMs,
        dropped: () => dropped,
        async stop() {
          stopped = true
          if (waiting) giveUp(waiting.frame)
          waiting = undefined
          if (sinceMs !== undefined) await running
          step({ type: 'gone', camera })
          start.delete(camera)
        },
      }
    },
  }
}
