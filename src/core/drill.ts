/**
 * A drill: a camera's frames, perturbed on purpose for a while, go through the same decision as all others, in a state of their
 * own. The camera's own evidence and past see the real frames alone. Pure; `guard/camera-drill` puts in and judges.
 */
import { startDecision } from './decide.js'
import type { Incident } from './incident.js'
import { startTamper } from './tamper/tamper.js'
import { type JudgedFrame, type WatchSettings, type WatchState, watch } from './watch.js'

export const DRILL_MS = 10_000
export const DRILL_ATTACKS = ['pattern', 'noise'] as const
export type DrillAttack = (typeof DRILL_ATTACKS)[number]
/** L-inf of what a drill may put in, in code values of 8-bit luma. */
export const DRILL_LEVELS = { least: 1, most: 64, usual: 16 } as const

export interface DrillRequest {
  readonly id: string
  readonly attack: DrillAttack
  /** L-inf, 0..1. */
  readonly level: number
}

/** `time`: it lasted as long as it should. `incident`: a real one was raised. `failed`: camera, guard or networks went. */
export type DrillEnd = 'time' | 'incident' | 'failed'

/** What became of a drill. */
export interface DrillResult {
  readonly end: DrillEnd
  /** Perturbed frames that were judged. */
  readonly frames: number
  /** Incident of its alerts, and time from the first perturbed frame to when it was raised; undefined: nothing was found. */
  readonly found?: { readonly incident: string; readonly delayMs: number }
}

export interface DrillState {
  readonly watch: WatchState
  readonly frames: number
  /** Capture of the first perturbed frame, on the monotonic clock. */
  readonly firstMs?: number
  readonly found?: DrillResult['found']
}

/** The drill of a camera whose state is `own`: judged by the same past, with no evidence yet. */
export function startDrill(own: WatchState): DrillState {
  return { watch: { ...own, decision: startDecision(), tamper: startTamper(), driftAtMs: undefined }, frames: 0 }
}

/** When a perturbed frame was captured and when it was judged, on the monotonic clock. */
export interface DrillTimes {
  readonly capturedMs: number
  readonly judgedMs: number
}

/** One perturbed frame. Returns the new state and the drill's incident if it changed. `newId` names a new one. */
export function drillStep(
  drill: DrillState,
  frame: JudgedFrame,
  { capturedMs, judgedMs }: DrillTimes,
  settings: WatchSettings,
  newId: () => string,
): [DrillState, Incident | undefined] {
  const [next, effects] = watch(drill.watch, frame, settings, newId)
  const firstMs = drill.firstMs ?? capturedMs
  const changed = effects.find((effect) => effect.type === 'incident')?.incident
  const found = drill.found ?? (changed && { incident: changed.id, delayMs: judgedMs - firstMs })
  return [{ watch: next, frames: drill.frames + 1, firstMs, found }, changed]
}

/** What ends with the drill: its open incident, cleared at `atMs` (milliseconds since the epoch), whatever `clear_after` says. */
export function endDrill({ watch: { decision } }: DrillState, atMs: number): Incident | undefined {
  return decision.incident && { ...decision.incident, phase: 'cleared', updatedAtMs: atMs }
}
