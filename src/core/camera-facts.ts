/** What is known of one camera: as its guard reports it, and as ops see it on the page, in metrics and over MQTT. */
import type { Kind } from './alert.js'
import type { BaselineFacts } from './baseline/baseline.js'
import type { CameraState } from './camera-state.js'
import type { Diagnostic } from './diagnostic.js'

/** Totals: in a report since its guard took the camera, in facts since the daemon began. */
export interface CameraCounts {
  /** Frames that came to judgement, `unscored` among them. */
  readonly frames: number
  readonly flagged: number
  /** Frames that came and were not judged. */
  readonly unscored: number
  /** Frames given up because newer ones were there. */
  readonly dropped: number
  /** How often its stream was opened. */
  readonly connects: number
}

export interface CameraRates {
  /** Frames judged a second, of the last 5 s. */
  readonly fps: number
  /** Log-odds of the last frame; undefined: none is known. */
  readonly score?: number
  /** How far that lies over the camera's own level; undefined: it has none yet. */
  readonly rise?: number
  /** Capture to verdict, of the last minute. */
  readonly latencyP50Ms?: number
  readonly latencyP99Ms?: number
  /** By which past it is judged; undefined: no guard has said. */
  readonly baseline?: BaselineFacts
}

/** What a guard says in each beat and at each change; `state` is that of the moment, nothing is held back. */
export interface CameraReport extends CameraCounts, CameraRates {
  readonly id: string
  readonly state: CameraState
  /** Why it is not guarding. */
  readonly cause?: Diagnostic
  /** Its frames come and are judged; false before the first one was, and while all fail. */
  readonly scored: boolean
}

/** What ops see: `state`, `cause` and `scored` as `camera-health` lets them through. */
export interface CameraFacts extends CameraReport {
  /** Guarding: since when; else when it was last judged, or added. Milliseconds since the epoch. */
  readonly sinceMs: number
  readonly incidentOpen: boolean
  /** Of its open incidents. */
  readonly kinds: readonly Kind[]
  /** Capture of the frame that raised an alarm to its alert on disk, of the last alarms; undefined: there was none. */
  readonly alarmP50Ms?: number
  readonly alarmP95Ms?: number
}

/** How often the stream was opened again. */
export function restartsOf({ connects }: CameraCounts): number {
  return Math.max(0, connects - 1)
}
