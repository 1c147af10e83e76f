/**
 * A drill: a camera's frames, perturbed on purpose for a while, go through the same decision as all others, in a state of their
 * own. The camera's own evidence and past see the real frames alone. Pure; `guard/camera-drill` puts in and judges.
 */
import { isDue, startDecision } from './decide.js'
import type { Frame } from './frame.js'
import type { Incident } from './incident.js'
import { lumaHistogram } from './settle.js'
import { printOf } from './tamper/print.js'
import { STAGED_KINDS, type StagedKind } from './tamper/staged.js'
import { startTamper, tamper } from './tamper/tamper.js'
import { viewOf } from './tamper/view.js'
import { type JudgedFrame, type WatchSettings, type WatchState, watch } from './watch.js'

/** A recording has to be made before it is played again, and tamper has to last. */
const TAMPER_DRILL_MS = 20_000
const PERTURBED_DRILL_MS = 10_000
export const DRILL_ATTACKS = ['pattern', 'noise', ...STAGED_KINDS] as const
export type DrillAttack = (typeof DRILL_ATTACKS)[number]
/** L-inf of what a drill may put in, in code values of 8-bit luma. */
export const DRILL_LEVELS = { least: 1, most: 64, usual: 16 } as const

/** How long a drill lasts. */
export function drillMs(attack: DrillAttack): number {
  return isStaged(attack) ? TAMPER_DRILL_MS : PERTURBED_DRILL_MS
}

/** The camera is tampered with: no network has a say. */
export function isStaged(attack: DrillAttack): attack is StagedKind {
  return (STAGED_KINDS as readonly string[]).includes(attack)
}

export interface DrillRequest {
  readonly id: string
  readonly attack: DrillAttack
  /** L-inf, 0..1; 0 of tamper. */
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
  /** When a frame's view was last measured. */
  readonly viewAtMs?: number
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
  const changed = effects.find((effect) => effect.type === 'incident')?.incident
  return [noted(drill, next, changed, capturedMs, judgedMs), changed]
}

/** One frame of a camera that is tampered with: it needs no verdict. */
export function tamperDrillStep(
  drill: DrillState,
  frame: Frame,
  { capturedMs, judgedMs }: DrillTimes,
  settings: WatchSettings,
  newId: () => string,
): [DrillState, Incident | undefined] {
  const { capturedAtMs: atMs, damaged } = frame
  const { rate } = settings.decision
  const looked = drill.viewAtMs === undefined || isDue(atMs - drill.viewAtMs, rate)
  const seen = { atMs, damaged, histogram: lumaHistogram(frame), print: printOf(frame) }
  const { baseline } = drill.watch
  const [next, , changed] = tamper(
    drill.watch.tamper,
    looked ? { ...seen, view: viewOf(frame) } : seen,
    baseline.tamper,
    baseline.regime,
    settings.tamper,
    newId,
  )
  const state = noted(drill, { ...drill.watch, tamper: next }, changed, capturedMs, judgedMs)
  return [looked ? { ...state, viewAtMs: atMs } : state, changed]
}

function noted(
  drill: DrillState,
  watched: WatchState,
  changed: Incident | undefined,
  capturedMs: number,
  judgedMs: number,
): DrillState {
  const firstMs = drill.firstMs ?? capturedMs
  const found = drill.found ?? (changed && { incident: changed.id, delayMs: judgedMs - firstMs })
  return { ...drill, watch: watched, frames: drill.frames + 1, firstMs, found }
}

/** What ends with the drill: its open incident, cleared at `atMs` (milliseconds since the epoch), whatever `clear_after` says. */
export function endDrill({ watch: { decision, tamper } }: DrillState, atMs: number): Incident | undefined {
  const open = decision.incident ?? tamper.incident
  return open && { ...open, phase: 'cleared', updatedAtMs: atMs }
}
