/** What is to be published besides alerts: the last value of each retained topic, and diagnostics, bounded. */

/** Diagnostics that wait for a broker; the oldest goes first. Alerts are what must not be lost, these may be. */
export const WAITING_MESSAGES = 100

export interface Outgoing {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

export interface Outbox {
  /** Sets a retained topic; '' empties it (MQTT 5, 3.3.1.3). The same value again is sent again. */
  retain(topic: string, payload: string): void
  /** Sends once. */
  push(topic: string, payload: string): void
  /** A new connection: the broker may have lost all retained messages. */
  restart(): void
  /** The next message, or undefined. A topic that is on its way is skipped, so that its values keep their order. */
  next(): Outgoing | undefined
  /** `acknowledged` false: the connection ended first, it is sent again. */
  done(message: Outgoing, acknowledged: boolean): void
  readonly empty: boolean
  /** Called when there is something new. */
  onChange(listener: () => void): void
}

export function createOutbox(): Outbox {
  const retained = new Map<string, string>()
  const dirty = new Set<string>()
  const busy = new Set<string>()
  const messages: Outgoing[] = []
  let changed = () => {}

  return {
    retain: (topic, payload) => {
      retained.set(topic, payload)
      dirty.add(topic)
      changed()
    },
    push: (topic, payload) => {
      messages.push({ topic, payload, retain: false })
      if (messages.length > WAITING_MESSAGES) messages.shift()
      changed()
    },
    restart: () => {
      busy.clear()
      for (const topic of retained.keys()) dirty.add(topic)
    },
    next: () => {
      for (const topic of dirty) {
        if (busy.has(topic)) continue
        dirty.delete(topic)
        busy.add(topic)
        return { topic, payload: retained.get(topic)!, retain: true }
      }
      return messages.shift()
    },
    done: (message, acknowledged) => {
      if (!message.retain) {
        if (!acknowledged) messages.unshift(message)
        return
      }
      busy.delete(message.topic)
      if (!acknowledged) dirty.add(message.topic)
      else if (message.payload === '' && !dirty.has(message.topic)) retained.delete(message.topic)
    },
    get empty() {
      return dirty.size === 0 && messages.length === 0
    },
    onChange: (listener) => {
      changed = listener
    },
  }
}
