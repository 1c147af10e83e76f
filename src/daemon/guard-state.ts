/** What is known of one guard over all its processes, and what is said of their ends. Pure; times are monotonic milliseconds. */
import type { Diagnostic } from '../core/diagnostic.js'
import type { EngineFacts, FromGuard } from '../core/guard-protocol.js'
import { failedAgain, type Outage } from '../core/outage.js'

export interface GuardView {
  readonly index: number
  readonly pid?: number
  readonly state: 'starting' | 'running' | 'down' | 'stopped'
  /** Why the process before this one ended; undefined: on purpose, or this one can judge. */
  readonly cause?: Diagnostic
  /** It was killed for hanging and does not go: only a restart of the unit can help. */
  readonly stuck: boolean
  readonly restarts: number
  readonly rssBytes: number
  readonly engine?: EngineFacts
}

/** `outage`: of starts that fail before the guard can judge. */
export interface GuardState extends Omit<GuardView, 'index' | 'pid' | 'stuck'> {
  readonly outage?: Outage
}

export const UNSTARTED: GuardState = { state: 'starting', restarts: 0, rssBytes: 0 }

export function afterMessage(guard: GuardState, message: FromGuard): GuardState {
  if (message.type === 'beat') return { ...guard, rssBytes: message.rssBytes }
  if (message.type !== 'ready') return guard
  return { ...guard, state: 'running', engine: message.engine, cause: undefined, outage: undefined }
}

/**
 * Its process is down; `cause` undefined: on purpose. The end of a guard that could judge is said each time, a guard that
 * cannot start is said once for each reason, and then rarely.
 */
export function afterDown(
  guard: GuardState,
  cause: Diagnostic | undefined,
  state: 'down' | 'stopped',
  nowMs: number,
): [GuardState, Diagnostic | undefined] {
  const next: GuardState = { ...guard, state, cause, rssBytes: 0, engine: undefined }
  if (!cause || guard.state === 'running') return [next, cause]
  const [outage, say] = failedAgain(guard.outage, cause, false, nowMs)
  return [{ ...next, outage }, say && { ...cause, ...say }]
}
