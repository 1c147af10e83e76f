/** An outage, of a camera, a push or a guard: from a failure until it has worked again for a while. Said once, then rarely. */
import type { Diagnostic } from './diagnostic.js'
import type { FwCode } from './errors.js'

/** Times on the monotonic clock. */
export interface Outage {
  readonly sinceMs: number
  readonly saidAtMs: number
  /** Causes that have been said. */
  readonly said: readonly FwCode[]
  /** Failures that have not been said. */
  readonly unsaid: number
  /** It worked for a moment since it began. */
  readonly flickers: boolean
}

/** A cause to say now; `count` failures since the last saying. */
export type Saying = Pick<Diagnostic, 'code' | 'text' | 'count'>

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * One more failed attempt; `worked`: for a moment before it. Each cause is said once an outage; what goes on is said again
 * when it has lasted twice as long as at the last saying: after 1, 2, 4, 8, 16 hours, then once a day.
 */
export function failedAgain(
  outage: Outage | undefined,
  cause: Pick<Diagnostic, 'code' | 'text'>,
  worked: boolean,
  nowMs: number,
): [Outage, Saying | undefined] {
  const { code, text } = cause
  if (outage === undefined) {
    return [
      { sinceMs: nowMs, saidAtMs: nowMs, said: [code], unsaid: 0, flickers: false },
      { code, text, count: 1 },
    ]
  }
  const { sinceMs, saidAtMs, said } = outage
  const flickers = outage.flickers || worked
  const count = outage.unsaid + 1
  const reminder = nowMs - saidAtMs >= Math.min(DAY_MS, Math.max(HOUR_MS, saidAtMs - sinceMs))
  if (!reminder && said.includes(code)) return [{ ...outage, flickers, unsaid: count }, undefined]
  const next = { ...outage, flickers, unsaid: 0, said: [...new Set([...said, code])] }
  // A cause that is new within the outage does not put the reminder off.
  if (!reminder) return [next, { code, text, count }]
  const lasted = `${text}; ${flickers ? 'unsteady' : 'down'} for ${lasting(nowMs - sinceMs)}`
  return [
    { ...next, saidAtMs: nowMs },
    { code, text: lasted, count },
  ]
}

/** `3 h 20 min`, `2 d 4 h`. */
function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60]
  const parts = days > 0 ? [`${days} d`, `${hours} h`] : [`${hours} h`, `${rest} min`]
  return parts.filter((part) => !part.startsWith('0 ')).join(' ')
}
