/** Cameras take turns on the inference threads. Few of a camera's frames wait; where more come, all but the newest are dropped and counted. */
import type { Frame } from '../core/frame.js'
import { NO_SHARES, type ShareEvent, share } from './fair-share.js'

/** One camera's place. */
export interface CameraTurns {
  /** Takes the frame; where too many wait already, they are given up. */
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

/**
 * Frames of a camera that may wait: the chain's turns at other cameras, or a busy moment of the machine, hold a frame of 15 a
 * second back by more than the next one takes. A camera with more is behind for longer and goes on from its newest frame.
 */
const MOST_WAITING = 3

interface Offered {
  readonly frame: Frame
  readonly capturedMs: number
}

/** A camera's frames that wait, oldest first. */
function waitingLine(giveUp: (frame: Frame) => void) {
  let line: Offered[] = []
  let dropped = 0
  const clear = () => {
    for (const { frame } of line) giveUp(frame)
    line = []
  }
  return {
    add(offered: Offered): void {
      if (line.length === MOST_WAITING) {
        dropped += line.length
        clear()
      }
      line.push(offered)
    },
    next: () => line.shift()!,
    some: () => line.length > 0,
    dropped: () => dropped,
    clear,
  }
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
      const waiting = waitingLine(giveUp)
      let sinceMs: number | undefined
      let stopped = false
      let running: Promise<void> = Promise.resolve()
      start.set(camera, () => {
        running = run()
      })

      async function run(): Promise<void> {
        const { frame, capturedMs } = waiting.next()
        const fromMs = performance.now()
        sinceMs = fromMs
        await judge(frame, capturedMs)
        sinceMs = undefined
        step({ type: 'done', camera, tookMs: performance.now() - fromMs, more: waiting.some() })
      }

      return {
        offer(frame) {
          if (stopped) return giveUp(frame)
          waiting.add({ frame, capturedMs: performance.now() - (Date.now() - frame.capturedAtMs) })
          step({ type: 'frame', camera })
        },
        judgingSinceMs: () => sinceMs,
        dropped: waiting.dropped,
        async stop() {
          stopped = true
          waiting.clear()
          if (sinceMs !== undefined) await running
          step({ type: 'gone', camera })
          start.delete(camera)
        },
      }
    },
  }
}
