/** What is published of cameras and unit. Pure; schemas: `framewarden schema state|camera-state|stats`. */
import type { CameraFacts } from '../core/camera-facts.js'
import type { CameraState } from '../core/camera-state.js'
import type { EngineFacts } from '../core/guard-protocol.js'
import type { CameraStatePayload, StatsPayload, UnitState } from '../delivery/alert-schema.js'
import type { GuardView } from './guard-state.js'

/** What is known of a camera beside its facts. */
export interface CameraSide {
  /** Its open incident. */
  readonly incident?: { readonly id: string; readonly since: string; readonly acknowledged: boolean }
  readonly margin: 'auto' | number
}

export function cameraStatePayload(entry: CameraFacts, { incident, margin }: CameraSide): CameraStatePayload {
  return {
    camera: entry.id,
    state: entry.state,
    since: iso(entry.sinceMs),
    cause: entry.cause ? { code: entry.cause.code, text: entry.cause.text } : null,
    incident_open: entry.incidentOpen,
    kinds: [...entry.kinds],
    scored: entry.scored,
    baseline: entry.baseline?.stage ?? null,
    incident: incident ?? null,
    paused: entry.cause?.code === 'FW_CAMERA_PAUSED',
    margin,
  }
}

export function statsPayload(entry: CameraFacts, atMs: number): StatsPayload {
  return {
    camera: entry.id,
    at: iso(atMs),
    frames: entry.frames,
    flagged: entry.flagged,
    unscored: entry.unscored,
    dropped: entry.dropped,
    fps: round(entry.fps, 2),
    score: entry.score === undefined ? null : round(entry.score, 2),
    latency_p50_ms: entry.latencyP50Ms === undefined ? null : round(entry.latencyP50Ms, 1),
    latency_p99_ms: entry.latencyP99Ms === undefined ? null : round(entry.latencyP99Ms, 1),
  }
}

export interface UnitFacts {
  readonly unit: string
  readonly version: string
  /** Milliseconds since the epoch, as the clock stands now. */
  readonly startedMs: number
}

export function unitStatePayload(
  unit: UnitFacts,
  guards: readonly GuardView[],
  cameras: readonly CameraFacts[],
): UnitState {
  const engine = guards.map((g) => g.engine).find((e): e is EngineFacts => e !== undefined)
  const byState: Partial<Record<CameraState, number>> = {}
  for (const { state } of cameras) byState[state] = (byState[state] ?? 0) + 1
  return {
    unit: unit.unit,
    version: unit.version,
    since: iso(unit.startedMs),
    model: engine?.model ?? null,
    runtime: engine?.runtime ?? null,
    provider: engine?.provider ?? null,
    mode: engine?.mode ?? null,
    ffmpeg: engine?.ffmpeg ?? null,
    guards: guards.filter((g) => g.state === 'running').length,
    cameras: byState,
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
