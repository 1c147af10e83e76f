/**
 * Whether a camera is guarded, since when it is not, and why: from the states of the moment that its guard reports to the
 * one that ops see. Short breaks and flapping are held back; "down since" and the cause stay until it is guarded again.
 */
import type { CameraState } from './camera-state.js'
import { type Diagnostic, diagnostic } from './diagnostic.js'

/** A camera must be judged, or not be judged, for this long before ops get to know. */
const HOLD_MS = 2_000
/** Guarded for less than this, so many times in a row: the camera flaps, and must be judged for longer to count. */
const STEADY_MS = 10_000
const FLAPS = 3
const FLAPPING_HOLD_MS = 5_000
/** Another cause in the same outage is reported when it has stood for this long. */
const CAUSE_HOLD_MS = 60_000
/** From the first frame of a stream to its first verdict it may take this long. */
const FIRST_VERDICT_MS = 3_000

/** One look at a camera. */
export interface CameraSign {
  readonly id: string
  readonly state: CameraState
  readonly cause?: Diagnostic
  /** Its frames are judged. */
  readonly scored: boolean
}

/** As ops see it. `sinceMs`: guarding since; else when it was last judged, or added. */
export interface ShownHealth {
  readonly state: CameraState
  readonly sinceMs: number
  readonly cause?: Diagnostic
}

/** Times are monotonic milliseconds. */
export interface CameraHealth {
  readonly shown: ShownHealth
  readonly judgedAtMs?: number
  /** When its stream began to bring frames. */
  readonly streamingSinceMs?: number
  /** Since when what the signs say differs from what is shown. */
  readonly turnedAtMs?: number
  /** The last trouble that a sign named, and since when it is that. */
  readonly trouble?: { readonly state: CameraState; readonly cause: Diagnostic; readonly sinceMs: number }
  readonly guardedOnce: boolean
  /** Stretches of guarding in a row that were shorter than STEADY_MS. */
  readonly shortStretches: number
}

/** A camera that was added at `atMs`. */
export function startHealth(atMs: number): CameraHealth {
  const shown: ShownHealth = { state: 'connecting', sinceMs: atMs }
  return { shown, guardedOnce: false, shortStretches: 0 }
}

/** One step: a guard's sign of the camera at `atMs`. */
export function followHealth(health: CameraHealth, sign: CameraSign, atMs: number): CameraHealth {
  const streaming = sign.state === 'guarding'
  const streamingSinceMs = streaming ? (health.streamingSinceMs ?? atMs) : undefined
  if (streaming && sign.scored) return seenWell({ ...health, streamingSinceMs, judgedAtMs: atMs }, atMs)
  const judgedBefore = (health.judgedAtMs ?? Number.NEGATIVE_INFINITY) >= (streamingSinceMs ?? atMs)
  const unjudged = streaming && (judgedBefore || atMs - streamingSinceMs! > FIRST_VERDICT_MS)
  const cause = unjudged
    ? diagnostic('FW_INFERENCE_FAILED', sign.id, 'frames come from the camera and are not judged')
    : sign.cause
  const next = { ...health, streamingSinceMs }
  return seenDown(cause ? named(next, unjudged ? 'stalled' : sign.state, cause, atMs) : next, atMs)
}

/** The camera's guard has ended: nobody judges its frames. */
export function guardLost(health: CameraHealth, cause: Diagnostic, atMs: number): CameraHealth {
  const next = named({ ...health, streamingSinceMs: undefined }, 'backoff', cause, atMs)
  return isUp(next) ? goDown(next, atMs) : seenDown(next, atMs)
}

function isUp({ shown }: CameraHealth): boolean {
  return shown.state === 'guarding'
}

function seenWell(health: CameraHealth, atMs: number): CameraHealth {
  if (isUp(health)) return { ...health, turnedAtMs: undefined, trouble: undefined }
  const turnedAtMs = health.turnedAtMs ?? atMs
  const holdMs = health.shortStretches >= FLAPS ? FLAPPING_HOLD_MS : HOLD_MS
  // the very first frames are news that nobody should wait for
  const first = !health.guardedOnce && health.shown.cause === undefined
  if (!first && atMs - turnedAtMs < holdMs) return { ...health, turnedAtMs }
  const shown: ShownHealth = { state: 'guarding', sinceMs: turnedAtMs }
  return { ...health, shown, turnedAtMs: undefined, trouble: undefined, guardedOnce: true }
}

function seenDown(health: CameraHealth, atMs: number): CameraHealth {
  if (isUp(health)) {
    const turnedAtMs = health.turnedAtMs ?? atMs
    return atMs - turnedAtMs < HOLD_MS ? { ...health, turnedAtMs } : goDown(health, atMs)
  }
  const { shown, trouble } = health
  const next = { ...health, turnedAtMs: undefined }
  if (!trouble || trouble.cause.code === shown.cause?.code) return next
  const betterKnown = isProvisional(shown.cause) && !isProvisional(trouble.cause)
  const due = shown.cause === undefined || betterKnown || atMs - trouble.sinceMs >= CAUSE_HOLD_MS
  const { state, cause } = trouble
  return due ? { ...next, shown: { state, cause, sinceMs: shown.sinceMs } } : next
}

function goDown(health: CameraHealth, atMs: number): CameraHealth {
  const { shown, trouble, judgedAtMs = atMs } = health
  const short = atMs - shown.sinceMs < STEADY_MS
  return {
    ...health,
    shown: { state: trouble?.state ?? 'connecting', cause: trouble?.cause, sinceMs: judgedAtMs },
    turnedAtMs: undefined,
    shortStretches: short ? health.shortStretches + 1 : 0,
  }
}

/** A guard that is being replaced says nothing of the camera: what is wrong with that comes after. */
function isProvisional(cause: Diagnostic | undefined): boolean {
  return cause?.code === 'FW_GUARD_LOST' || cause?.code === 'FW_GUARD_HUNG'
}

function named(health: CameraHealth, state: CameraState, cause: Diagnostic, atMs: number): CameraHealth {
  const same = health.trouble?.cause.code === cause.code
  const sinceMs = same ? health.trouble!.sinceMs : atMs
  return { ...health, trouble: { state, cause, sinceMs } }
}
