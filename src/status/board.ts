/** The read-only picture of a unit that health, metrics and the page are made of; plain JSON. Times in ms since the epoch. */
import type { CameraState } from '../core/camera-state.js'
import type { Diagnostic } from '../core/diagnostic.js'

export interface BoardSnapshot {
  readonly unit: string
  readonly version: string
  readonly startedAtMs: number
  readonly broker: BoardBroker
  readonly guards: readonly BoardGuard[]
  readonly cameras: readonly BoardCamera[]
  /** Newest first, a few dozen at most; no secret in any. */
  readonly diagnostics: readonly (Diagnostic & { readonly atMs: number })[]
}

export interface BoardBroker {
  /** off: none is configured. */
  readonly state: 'off' | 'connecting' | 'online' | 'offline'
  readonly sinceMs: number
  /** 4 is MQTT 3.1.1; undefined while not online. */
  readonly protocol?: 5 | 4
  /** Alerts on disk that the broker has not acknowledged. */
  readonly pending: number
  /** The last one, `FW_CODE: text`. */
  readonly error?: string
}

export interface BoardGuard {
  readonly index: number
  readonly pid?: number
  readonly state: 'starting' | 'running' | 'down' | 'stopped'
  readonly restarts: number
  readonly rssBytes: number
  /** Execution provider in use; undefined until the guard is ready. */
  readonly provider?: string
  readonly model?: { readonly name: string; readonly version: string }
}

/** Counters are totals since the daemon began. */
export interface BoardCamera {
  readonly id: string
  readonly state: CameraState
  readonly sinceMs: number
  /** Why it is not guarding. */
  readonly cause?: { readonly code: string; readonly text: string }
  /** Its frames are being judged at this moment. */
  readonly scored: boolean
  /** It has been guarding at least once since the daemon began. */
  readonly everGuarded: boolean
  readonly incidentOpen: boolean
  /** Frames judged a second, of the last seconds. */
  readonly fps: number
  /** Log-odds of the last frame; undefined: none is known. */
  readonly score?: number
  readonly flagged: number
  readonly frames: number
  readonly unscored: number
  readonly dropped: number
  /** Capture to verdict, of the last minute. */
  readonly latencyP50Ms?: number
  readonly latencyP99Ms?: number
  /** How often its stream was opened again. */
  readonly restarts: number
}
