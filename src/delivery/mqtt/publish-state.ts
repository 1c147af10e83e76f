/** What the publisher knows: values, changed by `publish-step.ts` alone. Times are of a monotonic clock, ms. */
import type { Alert } from '../../core/alert.js'
import type { StoredAlert } from '../spool/record.js'
import { type Grants, NO_GRANTS } from './grants.js'
import { EMPTY_OUTBOX, type Outbox, type Outgoing, take } from './outbox.js'

export interface PublishConfig {
  alertTopic(alert: Alert): string
  /** The topic filter that an operator grants so that this unit may publish on `topic`. */
  grantFor(topic: string): string
  /** What counts as denied with `topic`: itself, or one filter for many. */
  deniedWith(topic: string): string
  /** A broker that answers pings but acknowledges nothing for this long is left; PUBLISH is sent again on a new connection only (MQTT 5, 4.4). */
  readonly pubackMs: number
}

export interface PublishState {
  readonly outbox: Outbox
  readonly grants: Grants
  /** Of the newest alert in the spool. */
  readonly lastSeq: number
  /** Highest seq handed to a connection, by this run or perhaps by an earlier one. */
  readonly sentSeq: number
  readonly nextId: number
  /** undefined: not connected. */
  readonly line: Line | undefined
}

/** One connection. */
export interface Line {
  readonly window: number
  /** The oldest first. */
  readonly inFlight: readonly Sent[]
  /** Read from the spool and not sent yet. */
  readonly alerts: readonly StoredAlert[]
  /** All alerts up to here were read for this connection. */
  readonly readTo: number
  readonly reading: boolean
  readonly readAgainAtMs: number
  /** Alerts up to here may have been sent before: they are `replayed`. */
  readonly replayedTo: number
  /** Alerts up to here waited when the connection was made. */
  readonly backlogTo: number
  /** Nothing more goes out: we are leaving it, or a message was lost with it. */
  readonly over: 'left' | 'lost' | undefined
  /** The broker denied a topic on this connection. */
  readonly denied: boolean
}

export interface Sent {
  readonly id: number
  readonly message: Outgoing
  /** Of an alert. */
  readonly seq?: number
  readonly atMs: number
}

/** `lastSeq` of the spool as it is: up to it alerts may have been sent by an earlier run. */
export function beginPublishing(lastSeq: number): PublishState {
  return { outbox: EMPTY_OUTBOX, grants: NO_GRANTS, lastSeq, sentSeq: lastSeq, nextId: 1, line: undefined }
}

export function beginLine(state: PublishState, window: number): Line {
  return {
    window,
    inFlight: [],
    alerts: [],
    readTo: 0,
    reading: false,
    readAgainAtMs: Number.NEGATIVE_INFINITY,
    replayedTo: state.sentSeq,
    backlogTo: state.lastSeq,
    over: undefined,
    denied: false,
  }
}

/** All that the broker may have is sent and acknowledged. */
export function isIdle({ outbox, grants, lastSeq, line }: PublishState, { deniedWith }: PublishConfig): boolean {
  if (!line || line.inFlight.length > 0 || line.alerts.length > 0 || line.reading || line.readTo < lastSeq) return false
  return take(outbox, (topic) => !grants.denied.has(deniedWith(topic))) === undefined
}
