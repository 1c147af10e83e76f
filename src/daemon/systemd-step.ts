/** What systemd gets to know of a unit, and when. Pure; times are monotonic milliseconds. Source: sd_notify(3). */
import type { BoardSnapshot } from '../status/board.js'

/** A sentence with an age in it changes all the time. */
const STATUS_EVERY_MS = 5_000
/** The start may take this long from each time that it is extended, TimeoutStartSec or not. */
const EXTEND_MS = 60_000
const EXTEND_EVERY_MS = 10_000

export interface SystemdState {
  readonly ready: boolean
  readonly status?: string
  readonly statusAtMs: number
  readonly fedAtMs: number
  readonly extendedAtMs: number
}

export const NOTHING_SENT: SystemdState = {
  ready: false,
  statusAtMs: Number.NEGATIVE_INFINITY,
  fedAtMs: Number.NEGATIVE_INFINITY,
  extendedAtMs: Number.NEGATIVE_INFINITY,
}

type Guards = BoardSnapshot['guards']

/**
 * READY=1 once a guard can judge: cameras that are away keep no unit from starting, a unit that can guard none does, and
 * systemd ends its start after TimeoutStartSec. A first start that is under way is given time: engines are built for minutes.
 * WATCHDOG=1 while the control plane looks, and no guard is stuck: neither a camera nor what a unit lacks is mended by a restart.
 * `watchdogMs`: how often it is to be fed; undefined: there is none. `sentence` says how it stands.
 */
export function systemdStep(
  state: SystemdState,
  guards: Guards,
  sentence: string,
  watchdogMs: number | undefined,
  nowMs: number,
): [SystemdState, readonly string[]] {
  let next = state
  const lines: string[] = []
  if (!state.ready && guards.some((guard) => guard.state === 'running')) {
    next = { ...next, ready: true }
    lines.push('READY=1')
  }
  if (!next.ready && isStarting(guards) && nowMs - state.extendedAtMs >= EXTEND_EVERY_MS) {
    next = { ...next, extendedAtMs: nowMs }
    lines.push(`EXTEND_TIMEOUT_USEC=${EXTEND_MS * 1_000}`)
  }
  const due = nowMs - state.statusAtMs >= STATUS_EVERY_MS || lines.length > 0
  if (sentence !== state.status && due) {
    next = { ...next, status: sentence, statusAtMs: nowMs }
    lines.push(`STATUS=${sentence}`)
  }
  const alive = guards.every((guard) => !guard.stuck)
  if (watchdogMs !== undefined && alive && nowMs - state.fedAtMs >= watchdogMs) {
    next = { ...next, fedAtMs: nowMs }
    lines.push('WATCHDOG=1')
  }
  return [next, lines]
}

/** Some guard is at its first start and has not failed. */
function isStarting(guards: Guards): boolean {
  return guards.some((guard) => guard.state === 'starting' && guard.cause === undefined)
}
