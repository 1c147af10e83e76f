/** What goes over one connection: first who we are, then what waits, never more unacknowledged than the window. */
import { setInterval } from 'node:timers/promises'
import type { IClientPublishOptions, Packet } from 'mqtt'
import { type BrokerEnd, reasonText } from './broker-end.js'
import type { Connection } from './dial.js'
import type { Outbox, Outgoing } from './outbox.js'
import type { StoredAlert } from './spool/record.js'
import type { Spool } from './spool/spool.js'

/** Own window; a broker may ask for a smaller one (MQTT 5, 4.9: Receive Maximum). The client library keeps none. */
const WINDOW = 32
/** A broker that answers pings but acknowledges nothing for this long is left; PUBLISH is sent again on a new connection only (4.4). */
const PUBACK_MS = 30_000
const WATCH_MS = 1_000
/** A disk that could not be read is tried again after this. */
const READ_RETRY_MS = 5_000
/** MQTT 5, 3.4.2.1: quota exceeded passes; every other reason from 0x80 on stays as it is when the message is sent again. */
const QUOTA_EXCEEDED = 0x97

export interface SessionOptions {
  readonly connection: Connection
  readonly spool: Spool
  readonly outbox: Outbox
  /** Where a payload goes. */
  alertTopic(stored: StoredAlert): string
  /** Highest seq that an earlier connection or run may have sent: up to it alerts are `replayed`. */
  readonly sentBefore: number
  onSent(topic: string, payload: string): void
  /** The broker took neither now nor will later. */
  onDenied(topic: string, payload: string, reason: string): void
  onReadFailure(error: unknown): void
  readonly pubackMs?: number
}

export interface Session {
  readonly inFlight: number
  /** Highest seq handed to the connection. */
  readonly sentSeq: number
  readonly ended: Promise<BrokerEnd>
  /** Sends one retained message outside the window and the queue; resolves when it is acknowledged or the connection ends. */
  announce(topic: string, payload: string): Promise<void>
  /** Resolves when all is sent and acknowledged, or the connection ends. */
  drained(): Promise<void>
  /** Says good-bye: after DISCONNECT the broker drops the will (MQTT 5, 3.14.4). */
  close(): Promise<void>
}

export function startSession(options: SessionOptions): Session {
  const { connection, spool, outbox, pubackMs = PUBACK_MS } = options
  const { client, protocol } = connection
  const window = Math.min(WINDOW, connection.receiveMaximum)
  const abort = new AbortController()
  const sentAtMs = new Set<{ readonly ms: number }>()
  const buffer: StoredAlert[] = []
  const idle: (() => void)[] = []
  let sentSeq = 0
  let reading = false
  let cause: BrokerEnd | undefined
  let readAgainAtMs = 0

  const forget = spool.onAppend(pump)
  const ended = connection.ended.then((end) => {
    abort.abort()
    forget()
    for (const resolve of idle.splice(0)) resolve()
    return cause ?? end
  })

  function isOpen(): boolean {
    return client.connected && !client.disconnecting
  }

  function pump(): void {
    while (isOpen() && sentAtMs.size < window) {
      const message = outbox.next()
      if (message) sendMessage(message)
      else if (buffer.length > 0) sendAlert(buffer.shift()!)
      else break
    }
    if (isOpen() && buffer.length === 0) void refill()
  }

  async function refill(): Promise<void> {
    if (reading || spool.lastSeq <= Math.max(sentSeq, spool.cursor) || Date.now() < readAgainAtMs) {
      if (!reading && sentAtMs.size === 0 && outbox.empty) for (const resolve of idle.splice(0)) resolve()
      return
    }
    reading = true
    const { lastSeq } = spool
    try {
      const found = await spool.read(sentSeq, window)
      if (found.length === 0) sentSeq = lastSeq // the rest is delivered already, out of order
      buffer.push(...found)
    } catch (error) {
      readAgainAtMs = Date.now() + READ_RETRY_MS
      options.onReadFailure(error)
    } finally {
      reading = false
    }
    pump()
  }

  function sendMessage(message: Outgoing): void {
    publish(message.topic, message.payload, message.retain, (outcome) => outbox.done(message, outcome !== 'lost'))
  }

  function sendAlert(stored: StoredAlert): void {
    const { seq } = stored.alert
    const payload = JSON.stringify({ ...stored.alert, replayed: seq <= options.sentBefore })
    sentSeq = seq
    publish(options.alertTopic(stored), payload, false, (outcome) => {
      if (outcome !== 'lost') spool.delivered(seq)
    })
  }

  function publish(
    topic: string,
    payload: string,
    retain: boolean,
    settle: (outcome: 'acknowledged' | 'denied' | 'lost') => void,
  ): void {
    const sent = { ms: Date.now() }
    sentAtMs.add(sent)
    client.publish(topic, payload, publishOptions(protocol, retain), (error?: Error, _packet?: Packet) => {
      sentAtMs.delete(sent)
      const reason = reasonOf(error)
      if (reason === QUOTA_EXCEEDED) leave('FW_BROKER_REFUSED', `the broker takes no more: ${reasonText(reason)}`)
      else if (reason !== undefined) options.onDenied(topic, payload, reasonText(reason))
      settle(!error ? 'acknowledged' : reason !== undefined && reason !== QUOTA_EXCEEDED ? 'denied' : 'lost')
      pump()
    })
    options.onSent(topic, payload)
  }

  function leave(code: BrokerEnd['code'], text: string): void {
    cause ??= { code, text, versionRefused: false }
    client.end(true)
  }

  async function watch(): Promise<void> {
    for await (const _ of setInterval(WATCH_MS, undefined, { signal: abort.signal, ref: false })) {
      const [oldest] = sentAtMs
      if (oldest && Date.now() - oldest.ms > pubackMs) {
        leave('FW_BROKER_UNREACHABLE', `no acknowledgement for ${pubackMs / 1000} s`)
      }
      pump()
    }
  }

  outbox.restart()
  outbox.onChange(pump)
  watch().catch(() => {}) // aborted with the session
  pump()

  return {
    get inFlight() {
      return sentAtMs.size
    },
    get sentSeq() {
      return sentSeq
    },
    ended,
    announce: (topic, payload) =>
      new Promise((resolve) => {
        client.publish(topic, payload, { qos: 1, retain: true }, () => resolve())
        options.onSent(topic, payload)
      }),
    drained: () =>
      new Promise((resolve) => {
        idle.push(resolve)
        if (isOpen()) pump()
        else resolve()
      }),
    close: () => client.endAsync(),
  }
}

/** The properties are a help to brokers and people (MQTT 5, 3.3.2.3); the payload alone carries what matters. */
function publishOptions(protocol: 5 | 4, retain: boolean): IClientPublishOptions {
  if (protocol === 4) return { qos: 1, retain }
  return { qos: 1, retain, properties: { payloadFormatIndicator: true, contentType: 'application/json' } }
}

function reasonOf(error: Error | undefined | null): number | undefined {
  const code = (error as { code?: unknown } | undefined | null)?.code
  return typeof code === 'number' && code >= 0x80 ? code : undefined
}
