/** Hooks of a camera that keep what they get. */
import type { CameraHooks } from '../../src/camera/camera-hooks.js'
import type { CameraState } from '../../src/core/camera-state.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import type { Frame } from '../../src/core/frame.js'

export interface Recorder extends CameraHooks {
  readonly frames: Frame[]
  readonly states: CameraState[]
  /** How often the camera was opened. */
  attempts: number
  readonly causes: (Diagnostic | undefined)[]
  readonly diagnostics: Diagnostic[]
  /** Settles when `met` holds; looked at after each call of a hook. */
  until(met: (seen: Recorder) => boolean): Promise<void>
}

export function recorder(): Recorder {
  const waiting: { met: (seen: Recorder) => boolean; resolve: () => void }[] = []
  const look = () => {
    for (const w of waiting.splice(0)) {
      if (w.met(seen)) w.resolve()
      else waiting.push(w)
    }
  }
  const seen: Recorder = {
    frames: [],
    states: [],
    attempts: 0,
    causes: [],
    diagnostics: [],
    onFrame(frame) {
      seen.frames.push(frame)
      look()
    },
    onState(state, cause) {
      seen.states.push(state)
      seen.causes.push(cause)
      look()
    },
    onAttempt() {
      seen.attempts++
      look()
    },
    onDiagnostic(d) {
      seen.diagnostics.push(d)
      look()
    },
    until: (met) =>
      new Promise((resolve) => {
        waiting.push({ met, resolve })
        look()
      }),
  }
  return seen
}
