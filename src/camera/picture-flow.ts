/** The pictures of one decoder on their way to its owner: counted, timed, and cut off when they change their shape. */
import type { TimedPicture } from './frame-reader.js'
import type { Flow } from './session-limits.js'

export interface PictureFlow {
  /** Takes a picture as soon as it has been read whole. */
  take(picture: TimedPicture): void
  /** Hands on what was taken. */
  handOn(): void
  flow(): Flow
}

export interface FlowHooks {
  onPicture(picture: TimedPicture): void
  onResize(): void
  /** What is still in the pipes is not wanted. */
  over(): boolean
}

/** A picture is handed on after this turn of the loop: what stderr said about it has been read by then. */
export function pictureFlow(hooks: FlowHooks, startedMs = performance.now()): PictureFlow {
  const whole: TimedPicture[] = []
  let flow: Flow = { startedMs, frames: 0, firstMs: 0, lastMs: 0 }
  let shape: string | undefined
  const handOn = () => {
    for (const picture of whole.splice(0)) if (!hooks.over()) hooks.onPicture(picture)
  }
  return {
    take(picture) {
      if (hooks.over()) return
      if (shape !== undefined && picture.line.shape !== shape) hooks.onResize()
      if (hooks.over()) return
      shape = picture.line.shape
      const lastMs = performance.now()
      flow = { ...flow, frames: flow.frames + 1, firstMs: flow.frames === 0 ? lastMs : flow.firstMs, lastMs }
      if (whole.push(picture) === 1) setImmediate(handOn)
    },
    handOn,
    flow: () => flow,
  }
}
