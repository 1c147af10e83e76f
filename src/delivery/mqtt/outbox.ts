/** What is to be published besides alerts: the last value of each retained topic, and messages, bounded. Values, no I/O. */

/** Messages that wait for a broker; the oldest goes first. Alerts are what must not be lost, these may be. */
export const WAITING_MESSAGES = 100

/** Text, or the bytes of a picture. */
export type Payload = string | Buffer

export interface Outgoing {
  readonly topic: string
  readonly payload: Payload
  readonly retain: boolean
}

export interface Outbox {
  /** Last value by topic; '' empties the topic at the broker (MQTT 5, 3.3.1.3). */
  readonly retained: ReadonlyMap<string, Payload>
  /** Topics whose value the broker has not been sent, in the order in which they came. */
  readonly unsent: ReadonlySet<string>
  /** Topics on their way: a newer value waits, so that values keep their order. */
  readonly busy: ReadonlySet<string>
  /** To be sent once. */
  readonly messages: readonly Outgoing[]
}

export const EMPTY_OUTBOX: Outbox = { retained: new Map(), unsent: new Set(), busy: new Set(), messages: [] }

/** Sets a retained topic. The same value again is sent again. */
export function retain(outbox: Outbox, topic: string, payload: Payload): Outbox {
  return {
    ...outbox,
    retained: new Map(outbox.retained).set(topic, payload),
    unsent: new Set(outbox.unsent).add(topic),
  }
}

export function push(outbox: Outbox, topic: string, payload: string): Outbox {
  const messages = [...outbox.messages, { topic, payload, retain: false }]
  return { ...outbox, messages: messages.slice(-WAITING_MESSAGES) }
}

/** A new connection: the broker may have lost all retained messages. */
export function restart(outbox: Outbox): Outbox {
  return { ...outbox, busy: new Set(), unsent: new Set(outbox.retained.keys()) }
}

/** The next message on a topic that `maySend`, and the outbox without it; undefined: there is none. */
export function take(outbox: Outbox, maySend: (topic: string) => boolean): [Outbox, Outgoing] | undefined {
  for (const topic of outbox.unsent) {
    if (outbox.busy.has(topic) || !maySend(topic)) continue
    const unsent = new Set(outbox.unsent)
    unsent.delete(topic)
    const message = { topic, payload: outbox.retained.get(topic)!, retain: true }
    return [{ ...outbox, unsent, busy: new Set(outbox.busy).add(topic) }, message]
  }
  const message = outbox.messages.find(({ topic }) => maySend(topic))
  return message && [{ ...outbox, messages: outbox.messages.filter((one) => one !== message) }, message]
}

/** The broker does not take `message`: what it retains there waits for other rights. */
export function refusedAt(outbox: Outbox, { topic, retain }: Outgoing): Outbox {
  if (!retain) return outbox
  return { ...free(outbox, topic), unsent: new Set(outbox.unsent).add(topic) }
}

/** The broker has taken `message`. */
export function taken(outbox: Outbox, { topic, payload, retain }: Outgoing): Outbox {
  if (!retain) return outbox
  const freed = free(outbox, topic)
  if (payload !== '' || outbox.unsent.has(topic)) return freed
  const retained = new Map(outbox.retained)
  retained.delete(topic)
  return { ...freed, retained }
}

/** Nothing is on its way there any more. */
function free(outbox: Outbox, topic: string): Outbox {
  const busy = new Set(outbox.busy)
  busy.delete(topic)
  return { ...outbox, busy }
}

/**
 * The connection ended before `lost` were acknowledged: they are sent again, messages before those that came later. Topics
 * that `mayEndIt`, because a broker may close the connection on them, go after all others.
 */
export function putBack(outbox: Outbox, lost: readonly Outgoing[], mayEndIt: (topic: string) => boolean): Outbox {
  const retained = new Map(outbox.retained)
  for (const { topic, retain } of lost) {
    const payload = retained.get(topic)
    if (!retain || payload === undefined || !mayEndIt(topic)) continue
    retained.delete(topic)
    retained.set(topic, payload)
  }
  return restart({ ...outbox, retained, messages: [...lost.filter(({ retain }) => !retain), ...outbox.messages] })
}
