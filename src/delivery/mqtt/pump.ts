/** What goes out now: alerts first, then the rest; never more than the window, nothing that the broker has denied. Pure. */
import { type Outgoing, take } from './outbox.js'
import type { PublishEffect, Stepped } from './publish-effect.js'
import type { Line, PublishConfig, PublishState } from './publish-state.js'

export function pump(from: PublishState, nowMs: number, config: PublishConfig): Stepped {
  let state = from
  const effects: PublishEffect[] = []
  for (;;) {
    const next = nextStep(state, nowMs, config)
    if (!next) return read(state, effects, nowMs)
    state = next[0]
    effects.push(...next[1])
  }
}

function nextStep(state: PublishState, nowMs: number, config: PublishConfig): Stepped | undefined {
  const { line } = state
  if (!line || line.over || line.inFlight.length >= line.window) return undefined
  return nextAlert(state, line, nowMs, config) ?? nextMessage(state, line, nowMs, config)
}

/** The next alert is sent, or set aside where its topic is denied; undefined: none may go now. */
function nextAlert(state: PublishState, line: Line, nowMs: number, config: PublishConfig): Stepped | undefined {
  const [stored] = line.alerts
  if (!stored) return undefined
  const { seq } = stored.alert
  const topic = config.alertTopic(stored.alert)
  const reason = state.grants.denied.get(config.deniedWith(topic))
  if (reason === undefined && !mayGo(state, line, topic)) return undefined
  const payload = JSON.stringify({ ...stored.alert, replayed: seq <= line.replayedTo })
  const message = { topic, payload, retain: false }
  const rest = line.alerts.slice(1)
  if (reason === undefined) return send(state, { ...line, alerts: rest }, nowMs, message, seq)
  const denied = { type: 'denied', message, seq, reason, grant: config.grantFor(topic) } as const
  return [{ ...state, line: { ...line, alerts: rest } }, [denied, { type: 'delivered', seq }]]
}

/**
 * Messages wait for alerts that are to be read or sent. On a topic that the broker has never accepted they wait for the
 * acknowledgement of those, too, that waited for this connection: it may end on that topic.
 */
function nextMessage(state: PublishState, line: Line, nowMs: number, config: PublishConfig): Stepped | undefined {
  if (line.alerts.length > 0 || (hasMore(state, line) && nowMs >= line.readAgainAtMs)) return undefined
  const backlog = line.inFlight.some(({ seq }) => seq !== undefined && seq <= line.backlogTo)
  const found = take(
    state.outbox,
    (topic) =>
      !state.grants.denied.has(config.deniedWith(topic)) &&
      mayGo(state, line, topic) &&
      (!backlog || state.grants.accepted.has(topic)),
  )
  return found && send({ ...state, outbox: found[0] }, line, nowMs, found[1])
}

/** A careful publisher sends nothing beside a topic that the broker has never accepted. */
function mayGo({ grants }: PublishState, { inFlight }: Line, topic: string): boolean {
  if (!grants.careful || inFlight.length === 0) return true
  return grants.accepted.has(topic) && inFlight.every(({ message }) => grants.accepted.has(message.topic))
}

/** `seq` of an alert. */
function send(state: PublishState, line: Line, nowMs: number, message: Outgoing, seq?: number): Stepped {
  const id = state.nextId
  const inFlight = [...line.inFlight, { id, message, seq, atMs: nowMs }]
  const sentSeq = Math.max(state.sentSeq, seq ?? 0)
  return [{ ...state, nextId: id + 1, sentSeq, line: { ...line, inFlight } }, [{ type: 'publish', id, message }]]
}

/** Alerts are read ahead while those before them are on their way. */
function read(state: PublishState, effects: readonly PublishEffect[], nowMs: number): Stepped {
  const { line } = state
  if (!line || line.reading || line.over || line.alerts.length > 0) return [state, effects]
  if (!hasMore(state, line) || nowMs < line.readAgainAtMs) return [state, effects]
  const effect = { type: 'read', after: line.readTo, limit: line.window } as const
  return [{ ...state, line: { ...line, reading: true } }, [...effects, effect]]
}

function hasMore({ lastSeq }: PublishState, { readTo }: Line): boolean {
  return readTo < lastSeq
}
