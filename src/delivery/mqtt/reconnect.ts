/** What follows when a connection ended or never came to be: which protocol next, how long a pause, what to report. Pure. */
import type { BrokerEnd } from './broker-end.js'

/** A connection that held this long was a good one: the next pause is the shortest again. */
const STEADY_MS = 10_000
/** With MQTT 3.1.1 a broker cannot say that another client took the session; so many short connections in a row do. */
const KICKS = 3

export interface Reconnect {
  readonly protocol: 5 | 4
  /** Pauses since the last good connection, for the backoff. */
  readonly attempt: number
  /** Accepted connections in a row that ended shortly after. */
  readonly short: number
  /** The other protocol was tried since the last connection. */
  readonly fellBack: boolean
}

/** `heldMs`: how long an accepted connection lasted; `denied`: the broker refused a topic on it, which some do by leaving. */
export type Ended =
  | { readonly type: 'refused'; readonly end: BrokerEnd }
  | { readonly type: 'closed'; readonly end: BrokerEnd; readonly heldMs: number; readonly denied: boolean }

export interface Followed {
  readonly next: Reconnect
  /** For the backoff before the next attempt; undefined: none, at once. */
  readonly pause: number | undefined
  /** undefined: nothing that the operator does not know already. */
  readonly report: BrokerEnd | undefined
}

export function beginReconnect(wanted: 'auto' | 5 | 4): Reconnect {
  return { protocol: wanted === 'auto' ? 5 : wanted, attempt: 0, short: 0, fellBack: false }
}

export function reconnectAfter(state: Reconnect, ended: Ended, wanted: 'auto' | 5 | 4): Followed {
  return ended.type === 'closed' ? afterClosed(state, ended) : afterRefused(state, ended.end, wanted)
}

function afterClosed(state: Reconnect, { end, heldMs, denied }: Ended & { type: 'closed' }): Followed {
  const next = { ...state, fellBack: false }
  // the denial was reported, and its topic is not sent again: nothing stands in the way of the next connection
  if (denied) return { next: { ...next, attempt: 0 }, pause: 0, report: undefined }
  if (heldMs >= STEADY_MS) return { next: { ...next, attempt: 0, short: 0 }, pause: 0, report: end }
  const short = state.short + 1
  const report = short >= KICKS ? kicked(end, short) : end
  return { next: { ...next, attempt: state.attempt + 1, short }, pause: state.attempt, report }
}

function afterRefused(state: Reconnect, end: BrokerEnd, wanted: 'auto' | 5 | 4): Followed {
  const next = { ...state, attempt: state.attempt + 1 }
  if (wanted !== 'auto' || !end.versionRefused) return { next, pause: state.attempt, report: end }
  const protocol = state.protocol === 5 ? 4 : 5
  // at once, and once
  if (!state.fellBack) return { next: { ...state, protocol, fellBack: true }, pause: undefined, report: undefined }
  return { next: { ...next, protocol, fellBack: false }, pause: state.attempt, report: end }
}

function kicked(end: BrokerEnd, times: number): BrokerEnd {
  if (end.code !== 'FW_BROKER_UNREACHABLE') return end
  return { ...end, code: 'FW_BROKER_KICKED', text: `${end.text}, ${times} times shortly after it accepted` }
}
