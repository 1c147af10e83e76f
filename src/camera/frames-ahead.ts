/** Frames that are decoded and not read yet. */
import type { Frame } from '../core/frame.js'

/** Then the decoder of a file waits; of a stream, which does not wait, the oldest is left out. */
const AHEAD = { file: 4, live: 32 }

export interface FramesAhead {
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
  let ended = false
  let wake = () => {}
  return {
    push(frame) {
      ahead.push(frame)
      if (!live && ahead.length >= AHEAD.file) pause()
      if (live && ahead.length > AHEAD.live) {
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
      while (ahead.length === 0 && !ended) {
        const more = new Promise<void>((resolve) => {
          wake = resolve
        })
        resume()
        await more
      }
      return ahead.shift()
    },
  }
}
