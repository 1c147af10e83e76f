/** What a camera's owner gets to know, and what it gives. */
import type { CameraState } from '../core/camera-state.js'
import type { Diagnostic } from '../core/diagnostic.js'
import type { Frame } from '../core/frame.js'

/**
 * What the owner of a camera gets to know, always in this order: state, then frames. Hooks must return at once: the pipe is
 * never paused, so the owner keeps the latest frame and counts what it drops. It holds at most one frame in judgement
 * and one latest; `takeBuffer` (a `framePool`'s `take`) gives the buffer of the next one, undefined: allocated anew.
 */
export interface CameraHooks {
  onFrame(frame: Frame): void
  /** Once for each change: while a camera is down its state stays as it is; the same state again brings another cause. */
  onState(state: CameraState, cause?: Diagnostic): void
  /** The camera is about to be opened, for the first time or again. */
  onAttempt?(): void
  onDiagnostic(d: Diagnostic): void
  takeBuffer?(bytes: number): Uint8Array
}
