/** Whether a guard still works, by what it says. Pure; times are monotonic milliseconds. */
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { BEAT_TIMEOUT_MS, type FromGuard, INFERENCE_TIMEOUT_MS } from '../core/guard-protocol.js'

/** Node's own start until the first beat; measured 0.3 s idle, 2 s on a busy core. */
const FIRST_BEAT_MS = 15_000
/** From its start until it can judge: TensorRT builds its engines for minutes on a Jetson. */
const READY_MS = 600_000
/** A look that comes this late says that the daemon was held up, not the guard. */
const HELD_UP_MS = 1_000
/** SIGKILL ends a process within this time, unless the kernel holds it: a driver that hangs. */
const KILL_MS = 30_000

export interface Vitals {
  readonly startedMs: number
  readonly ready: boolean
  /** When silence turns into a fault. */
  readonly silentFromMs: number
  /** Age of the frame in judgement, at the last beat. */
  readonly judgingMs: number
  readonly lookedMs: number
  /** Why it ends, in its own words. */
  readonly failed?: Extract<FromGuard, { type: 'failed' }>
  /** What is wrong with it, and since when: it is being killed. */
  readonly fault?: { readonly text: string; readonly sinceMs: number }
}

export function startVitals(nowMs: number): Vitals {
  return { startedMs: nowMs, ready: false, silentFromMs: nowMs + FIRST_BEAT_MS, judgingMs: 0, lookedMs: nowMs }
}

export function hear(vitals: Vitals, message: FromGuard, nowMs: number): Vitals {
  if (message.type === 'ready') return { ...vitals, ready: true }
  if (message.type === 'failed') return { ...vitals, failed: message }
  if (message.type !== 'beat') return vitals
  return { ...vitals, silentFromMs: nowMs + BEAT_TIMEOUT_MS, judgingMs: message.judgingMs }
}

/** What is wrong with a guard that is to be killed; undefined for one that works. */
export function hung({ startedMs, ready, silentFromMs, judgingMs }: Vitals, nowMs: number): string | undefined {
  if (judgingMs > INFERENCE_TIMEOUT_MS) return `one inference has run for ${Math.round(judgingMs)} ms`
  if (nowMs > silentFromMs) return `no sign of life for ${Math.round(nowMs - silentFromMs + BEAT_TIMEOUT_MS)} ms`
  if (!ready && nowMs > startedMs + READY_MS) return `not ready to judge after ${READY_MS / 1_000} s`
  return undefined
}

/** To be called every 200 ms. Time in which the daemon itself stood still is no silence of the guard. */
export function look(vitals: Vitals, nowMs: number): Vitals {
  const gapMs = nowMs - vitals.lookedMs
  const heldUpMs = gapMs > HELD_UP_MS ? gapMs : 0
  const looked = { ...vitals, lookedMs: nowMs, silentFromMs: vitals.silentFromMs + heldUpMs }
  const text = hung(looked, nowMs)
  return looked.fault || text === undefined ? looked : { ...looked, fault: { text, sinceMs: nowMs } }
}

/** It was killed and is still there: only a restart of the unit, or of the machine, can help. */
export function isStuck({ fault }: Vitals, nowMs: number): boolean {
  return fault !== undefined && nowMs - fault.sinceMs > KILL_MS
}

/** Why the guard that is called `subject` judges no more; `how` its process ended, where nobody knows better. */
export function causeOf({ failed, fault }: Vitals, subject: string, how: string): Diagnostic {
  if (failed) return diagnostic(failed.code, subject, failed.text)
  return fault ? diagnostic('FW_GUARD_HUNG', subject, fault.text) : diagnostic('FW_GUARD_LOST', subject, how)
}
