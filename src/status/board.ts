/** The read-only picture of a unit that health, metrics and the page are made of; plain JSON. Times in ms since the epoch. */
import type { CameraFacts } from '../core/camera-facts.js'
import type { Diagnostic } from '../core/diagnostic.js'

export interface BoardSnapshot {
  readonly unit: string
  readonly version: string
  readonly startedAtMs: number
  readonly broker: BoardBroker
  readonly webhooks: readonly BoardWebhook[]
  readonly guards: readonly BoardGuard[]
  readonly cameras: readonly CameraFacts[]
  /** Newest first, a few dozen causes at most; no secret in any. */
  readonly diagnostics: readonly BoardDiagnostic[]
  /** Cameras of the configuration that are not guarded because of mistakes in it: `'gate' (12:5: text)`. */
  readonly leftOut: readonly string[]
  /** Of the last alert: another one means that the history has changed. */
  readonly lastAlert: number
  /** Drill and acknowledge may be asked of the page. */
  readonly actions: boolean
}

/** All of one code and subject; `count` in all. */
export interface BoardDiagnostic extends Diagnostic {
  readonly firstAtMs: number
  readonly atMs: number
  /** What to do. */
  readonly remedy: string
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

export interface BoardWebhook {
  /** Its host. */
  readonly to: string
  /** Alerts on disk that it has not taken. */
  readonly pending: number
  /** Why not; undefined: nothing is amiss. */
  readonly failing?: string
}

export interface BoardGuard {
  readonly index: number
  readonly pid?: number
  readonly state: 'starting' | 'running' | 'down' | 'stopped'
  /** Why it does not run; undefined while it does. */
  readonly cause?: Diagnostic
  /** It was killed for hanging and does not go. */
  readonly stuck: boolean
  readonly restarts: number
  readonly rssBytes: number
  /** Execution provider in use; undefined until the guard is ready. */
  readonly provider?: string
  readonly model?: { readonly name: string; readonly version: string }
}
