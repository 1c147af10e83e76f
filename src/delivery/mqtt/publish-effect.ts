/** What the steps of publishing ask for. */
import type { Outgoing } from './outbox.js'
import type { PublishState } from './publish-state.js'

export type PublishEffect =
  | { readonly type: 'publish'; readonly id: number; readonly message: Outgoing }
  | { readonly type: 'read'; readonly after: number; readonly limit: number }
  /** The broker has the alert, or will not take it. */
  | { readonly type: 'delivered'; readonly seq: number }
  | Denied
  | { readonly type: 'leave'; readonly code: 'FW_BROKER_REFUSED' | 'FW_BROKER_UNREACHABLE'; readonly text: string }

/** `grant` is the filter that the operator has to grant; `seq` of an alert, which is then set aside. */
export interface Denied {
  readonly type: 'denied'
  readonly message: Outgoing
  readonly seq?: number
  readonly reason: string
  readonly grant: string
}

export type Stepped = readonly [PublishState, readonly PublishEffect[]]
