/** How the publisher goes on: what came, and what is to be done. Pure; `publishing.ts` does what the effects say. */
import type { StoredAlert } from '../spool/record.js'
import { accept, closedOn, countClosing, deny, forgetDenials } from './grants.js'
import { type Outgoing, type Payload, push, putBack, refusedAt, restart, retain, taken } from './outbox.js'
import type { Stepped } from './publish-effect.js'
import { beginLine, type Line, type PublishConfig, type PublishState, type Sent } from './publish-state.js'
import { pump } from './pump.js'

/** A disk that could not be read is tried again after this. */
const READ_RETRY_MS = 5_000
/** A broker that closes the connection so often on what shares a filter, alone on its way, will not take it (MQTT 3.1.1, 3.3.5: it may). */
const CLOSINGS = 3
/** MQTT 5, 3.4.2.1: quota exceeded passes; every other reason from 0x80 on stays as it is when the message is sent again. */
const QUOTA_EXCEEDED = 0x97

export type PublishInput =
  | { readonly type: 'retain'; readonly topic: string; readonly payload: Payload }
  | { readonly type: 'push'; readonly topic: string; readonly payload: string }
  | { readonly type: 'connected'; readonly window: number }
  | { readonly type: 'disconnected' }
  /** The spool has alerts up to `lastSeq`. */
  | { readonly type: 'appended'; readonly lastSeq: number }
  /** What a `read` found, up to `readTo`. */
  | { readonly type: 'read'; readonly alerts: readonly StoredAlert[]; readonly readTo: number }
  | { readonly type: 'read failed' }
  | { readonly type: 'settled'; readonly id: number; readonly outcome: PublishOutcome }
  | { readonly type: 'tick' }
  /** The operator may have changed the rights at the broker. */
  | { readonly type: 'retry denied' }

/** `refused`: the reason code of a PUBACK from 0x80 on, and its name. `lost`: it was not sent, or the connection went first. */
export type PublishOutcome =
  | { readonly type: 'acknowledged' }
  | { readonly type: 'refused'; readonly reason: number; readonly text: string }
  | { readonly type: 'lost'; readonly text: string }

export function step(state: PublishState, input: PublishInput, nowMs: number, config: PublishConfig): Stepped {
  const [next, effects] = take(state, input, nowMs, config)
  const [sent, more] = pump(next, nowMs, config)
  return [sent, effects.length === 0 ? more : [...effects, ...more]]
}

function take(state: PublishState, input: PublishInput, nowMs: number, config: PublishConfig): Stepped {
  const { outbox, grants, line } = state
  switch (input.type) {
    case 'retain':
      return [{ ...state, outbox: retain(outbox, input.topic, input.payload) }, []]
    case 'push':
      return [{ ...state, outbox: push(outbox, input.topic, input.payload) }, []]
    case 'retry denied':
      return [{ ...state, grants: forgetDenials(grants) }, []]
    case 'appended':
      return [{ ...state, lastSeq: input.lastSeq }, []]
    case 'connected':
      return [{ ...state, outbox: restart(outbox), line: beginLine(state, input.window) }, []]
    case 'disconnected':
      return line ? disconnected(state, line, config) : [state, []]
  }
  if (!line) return [state, []] // an answer for a connection that is gone
  switch (input.type) {
    case 'read':
      return [{ ...state, line: { ...line, reading: false, alerts: input.alerts, readTo: input.readTo } }, []]
    case 'read failed':
      return [{ ...state, line: { ...line, reading: false, readAgainAtMs: nowMs + READ_RETRY_MS } }, []]
    case 'tick':
      return watched(state, line, nowMs, config)
    case 'settled':
      return settled(state, line, input.id, input.outcome, config)
  }
}

function disconnected(state: PublishState, line: Line, config: PublishConfig): Stepped {
  const lost = line.inFlight
  const messages = lost.filter(({ seq }) => seq === undefined).map(({ message }) => message)
  const topics = lost.map(({ message }) => message.topic)
  const outbox = putBack(state.outbox, messages, (topic) => !state.grants.accepted.has(topic))
  const grants = closedOn(state.grants, topics)
  const closed = { ...state, outbox, grants, line: undefined }
  const suspect = suspectOf(state, line, config)
  if (!suspect) return [closed, []]
  const counted = { ...closed, grants: countClosing(grants, config.deniedWith(suspect.topic)) }
  if (counted.grants.closings.get(config.deniedWith(suspect.topic))! < CLOSINGS) return [counted, []]
  return refused(counted, { message: suspect }, 'the broker closes the connection on it', config)
}

/** What the broker may have closed the connection on. The unit's own topics are never given up for that: a bad network looks alike. */
function suspectOf({ grants }: PublishState, { inFlight, over }: Line, config: PublishConfig): Outgoing | undefined {
  const [sent] = inFlight
  if (!sent || inFlight.length > 1 || over === 'left' || grants.accepted.has(sent.message.topic)) return undefined
  return config.deniedWith(sent.message.topic) === sent.message.topic ? undefined : sent.message
}

function watched(state: PublishState, line: Line, nowMs: number, { pubackMs }: PublishConfig): Stepped {
  const [oldest] = line.inFlight
  if (!oldest || nowMs - oldest.atMs <= pubackMs) return [state, []]
  return leave(state, line, 'FW_BROKER_UNREACHABLE', `no acknowledgement for ${pubackMs / 1000} s`)
}

function settled(state: PublishState, line: Line, id: number, outcome: PublishOutcome, config: PublishConfig): Stepped {
  const sent = line.inFlight.find((one) => one.id === id)
  if (!sent) return [state, []] // of an earlier connection
  if (outcome.type === 'lost') return leave(state, { ...line, over: 'lost' }, 'FW_BROKER_UNREACHABLE', outcome.text)
  if (outcome.type === 'refused' && outcome.reason === QUOTA_EXCEEDED) {
    return leave(state, line, 'FW_BROKER_REFUSED', `the broker takes no more: ${outcome.text}`)
  }
  const inFlight = line.inFlight.filter((one) => one !== sent)
  const { message, seq } = sent
  const delivered = seq === undefined ? [] : [{ type: 'delivered', seq } as const]
  if (outcome.type === 'acknowledged') {
    const outbox = seq === undefined ? taken(state.outbox, message) : state.outbox
    const grants = accept(state.grants, message.topic)
    return [{ ...state, outbox, grants, line: { ...line, inFlight } }, delivered]
  }
  const outbox = seq === undefined ? refusedAt(state.outbox, message) : state.outbox
  const [grantless, denied] = refused(state, sent, outcome.text, config)
  return [{ ...grantless, outbox, line: { ...line, inFlight, denied: true } }, [...denied, ...delivered]]
}

/** Nothing is sent there again before a reload. */
function refused(
  state: PublishState,
  { message, seq }: Pick<Sent, 'message' | 'seq'>,
  reason: string,
  config: PublishConfig,
): Stepped {
  const grants = deny(state.grants, config.deniedWith(message.topic), reason)
  return [{ ...state, grants }, [{ type: 'denied', message, seq, reason, grant: config.grantFor(message.topic) }]]
}

/** What is on its way stays there: 'disconnected' puts it back. */
function leave(
  state: PublishState,
  line: Line,
  code: 'FW_BROKER_REFUSED' | 'FW_BROKER_UNREACHABLE',
  text: string,
): Stepped {
  return [{ ...state, line: { ...line, over: line.over ?? 'left' } }, [{ type: 'leave', code, text }]]
}
