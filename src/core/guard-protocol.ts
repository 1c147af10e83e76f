/** What the daemon and a guard say to each other: small JSON over the fork's channel; pictures are files. */
import type { AlertBody } from './alert.js'
import type { CameraReport } from './camera-facts.js'
import type { Diagnostic } from './diagnostic.js'
import type { DrillRequest, DrillResult } from './drill.js'
import type { FwCode } from './errors.js'
import type { Incident } from './incident.js'
import type { CameraSettings, ModelSettings, Retention } from './settings.js'

/** A guard that is silent for this long is taken for hung. */
export const BEAT_TIMEOUT_MS = 3_000
/** A guard beats this often. */
export const BEAT_EVERY_MS = 500
/** One inference that takes this long is taken for hung (measured: a chain run of 640x360 is below 0.1 s on one slow core). */
export const INFERENCE_TIMEOUT_MS = 3_000

/** A camera and the incidents that were open when its last guard went: of each sort, perturbation and tamper, one at most. */
export interface Assignment {
  readonly camera: CameraSettings
  readonly openIncidents?: readonly Incident[]
}

export type ToGuard =
  | {
      readonly type: 'start'
      /** Settings are tried: a bundle that fails is said to fail, and the one before does not take its place. */
      readonly trial?: boolean
      readonly models: ModelSettings
      /** How many guards share this machine. */
      readonly guards: number
      readonly ffmpegPath?: string
      readonly stateDir: string
      readonly evidence: Retention
      readonly assignments: readonly Assignment[]
    }
  | { readonly type: 'assign'; readonly assignment: Assignment }
  /** Settings that take effect while the stream goes on (`live` in the schema). */
  | { readonly type: 'adjust'; readonly camera: CameraSettings }
  | { readonly type: 'release'; readonly cameraId: string }
  /** Answered by `drill`, unless the guard does not have the camera. */
  | { readonly type: 'drill'; readonly cameraId: string; readonly request: DrillRequest }
  /** Answered by `snapshot`, unless the guard does not have the camera. */
  | { readonly type: 'snapshot'; readonly cameraId: string }
  | { readonly type: 'stop' }

export interface EngineFacts {
  /** What runs the networks, with its version, for people. */
  readonly runtime: string
  readonly provider: string
  readonly mode: string
  /** Nodes of the graphs by the provider that ran them. */
  readonly proof: Readonly<Record<string, number>>
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string }
  readonly ffmpeg: string
}

export type FromGuard =
  | { readonly type: 'ready'; readonly engine: EngineFacts }
  | { readonly type: 'failed'; readonly code: FwCode; readonly text: string }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }
  | { readonly type: 'state'; readonly camera: CameraReport }
  /** `ageMs`: since the capture of the frame that changed the incident; undefined for drills. */
  | { readonly type: 'alert'; readonly body: AlertBody; readonly incident: Incident; readonly ageMs?: number }
  /** The drill with this id is over, and its alerts were sent. */
  | { readonly type: 'drill'; readonly id: string; readonly result: DrillResult }
  /** A picture of the camera as it is now: a JPEG at `path` below state_dir; null: none could be kept. */
  | { readonly type: 'snapshot'; readonly cameraId: string; readonly path: string | null }
  | {
      readonly type: 'beat'
      readonly rssBytes: number
      /** Age of the oldest frame in judgement; 0 when none is. */
      readonly judgingMs: number
      readonly cameras: readonly CameraReport[]
    }
