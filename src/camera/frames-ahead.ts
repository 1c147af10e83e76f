/** Frames that are decoded and not read yet. */
import type { Frame } from '../core/frame.js'

/**
 * Of a file: so many are begun, then its pipe is read no further; what had been read before their time lines came is begun, too.
 * Of a stream, whose decoder never waits: so many, then the oldest is left out.
 */
export const FRAMES_AHEAD = { file: 4, live: 32 }

export interface FramesAhead {
  /** A frame's first bytes are about to be read. Here the decoder is held back: a busy loop reads several before it pushes one. */
  begun(): void
  push(frame: Frame): void
  /** No more will be pushed. */
  end(): void
  /** The oldest, as soon as there is one; undefined after the last. */
  next(): Promise<Frame | undefined>
}

export interface AheadOptions {
  /** A stream: its decoder is never held back. */
  readonly live: boolean
  /** Holds the decoder back, lets it go on. */
  pause(): void
  resume(): void
  /** A frame of a stream is left out. */
  onLeftOut(): void
}

export function framesAhead({ live, pause, resume, onLeftOut }: AheadOptions): FramesAhead {
  const ahead: Frame[] = []
  let [begun, given] = [0, 0]
  let held = false
  let ended = false
  let wake = () => {}
  return {
    begun() {
      begun++
      if (live || held || begun - given < FRAMES_AHEAD.file) return
      held = true
      pause()
    },
    push(frame) {
      ahead.push(frame)
      if (live && ahead.length > FRAMES_AHEAD.live) {
        ahead.shift()
        onLeftOut()
      }
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async next() {
      if (held && begun - given < FRAMES_AHEAD.file) {
        held = false
        resume()
      }
      while (ahead.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      given++
      return ahead.shift()
    },
  }
}
