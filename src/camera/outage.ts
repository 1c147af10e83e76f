/** An outage of a camera: from a failure until pictures have flowed again for a while. Said once, then rarely. Pure. */
import type { FwCode } from '../core/errors.js'
import type { Cause } from './exit-cause.js'

/** Times on the monotonic clock. */
export interface Outage {
  readonly sinceMs: number
  readonly saidAtMs: number
  /** Causes that have been said. */
  readonly said: readonly FwCode[]
  /** Failures that have not been said. */
  readonly unsaid: number
  /** Pictures came for a moment since it began. */
  readonly flickers: boolean
}

/** A cause to say now; `count` failures since the last saying. */
export interface Saying extends Cause {
  readonly count: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * One more failed attempt, with or without `frames` before it. Each cause is said once an outage; what goes on is said again
 * when it has lasted twice as long as at the last saying: after 1, 2, 4, 8, 16 hours, then once a day.
 */
export function failedAgain(
  outage: Outage | undefined,
  { cause, frames }: { readonly cause: Cause; readonly frames: number },
  nowMs: number,
): [Outage, Saying | undefined] {
  if (outage === undefined) {
    const begun = { sinceMs: nowMs, saidAtMs: nowMs, said: [cause.code], unsaid: 0, flickers: false }
    return [begun, { ...cause, count: 1 }]
  }
  const { sinceMs, saidAtMs, said } = outage
  const flickers = outage.flickers || frames > 0
  const count = outage.unsaid + 1
  const reminder = nowMs - saidAtMs >= Math.min(DAY_MS, Math.max(HOUR_MS, saidAtMs - sinceMs))
  if (!reminder && said.includes(cause.code)) return [{ ...outage, flickers, unsaid: count }, undefined]
  const next = { ...outage, flickers, unsaid: 0, said: [...new Set([...said, cause.code])] }
  // A cause that is new within the outage does not put the reminder off.
  if (!reminder) return [next, { ...cause, count }]
  const text = `${cause.text}; ${flickers ? 'unsteady' : 'down'} for ${lasting(nowMs - sinceMs)}`
  return [
    { ...next, saidAtMs: nowMs },
    { code: cause.code, text, count },
  ]
}

/** `3 h 20 min`, `2 d 4 h`. */
function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60]
  const parts = days > 0 ? [`${days} d`, `${hours} h`] : [`${hours} h`, `${rest} min`]
  return parts.filter((part) => !part.startsWith('0 ')).join(' ')
}
