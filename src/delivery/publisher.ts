/** Keeps one connection to the broker, without end: dial, session, cause, pause. This loop alone owns retries. */
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../core/backoff.js'
import type { FwCode } from '../core/errors.js'
import type { MqttSettings } from '../core/settings.js'
import type { BrokerEnd } from './broker-end.js'
import { brokerName, dial } from './dial.js'
import type { Outbox } from './outbox.js'
import { type Session, type SessionOptions, startSession } from './session.js'
import type { Spool } from './spool/spool.js'
import { topicsOf } from './topics.js'

/** A connection that held this long was a good one: the next pause is the shortest again. */
const STEADY_MS = 10_000
/** With MQTT 3.1.1 a broker cannot say that another client took the session; so many short connections in a row do. */
const KICKS = 3
/** Stopping: so long for what waits, for `offline`, and for DISCONNECT. */
const DRAIN_MS = 1_000
const OFFLINE_MS = 500
const GOODBYE_MS = 400

export interface PublisherOptions {
  readonly mqtt: MqttSettings
  readonly unit: string
  readonly spool: Spool
  readonly outbox: Outbox
  onSent(topic: string, payload: string): void
  onDenied(topic: string, payload: string, reason: string): void
  onFailure(code: FwCode, text: string): void
}

export interface PublisherState {
  readonly broker: 'connecting' | 'online' | 'offline'
  readonly since: number
  readonly protocol: 5 | 4 | undefined
  readonly inFlight: number
}

export interface Publisher {
  readonly state: PublisherState
  /** QoS 0: goes out now or not at all. */
  publishNow(topic: string, payload: string): void
  /** Sends what waits, then `offline`; within 2 s in all. */
  stop(): Promise<void>
}

export function startPublisher(options: PublisherOptions): Publisher {
  const { mqtt, unit, spool, outbox } = options
  const topics = topicsOf(mqtt.topicPrefix, unit)
  const broker = brokerName(mqtt)
  const abort = new AbortController()
  const { signal } = abort
  let session: Session | undefined
  let publishNow: Publisher['publishNow'] = () => {}
  let protocol: 5 | 4 = mqtt.protocol === 'auto' ? 5 : mqtt.protocol
  let status: PublisherState['broker'] = 'connecting'
  let since = Date.now()
  let sentBefore = spool.lastSeq
  let stopping = false

  function become(next: PublisherState['broker']): void {
    if (next === status) return
    status = next
    since = Date.now()
  }

  async function loop(): Promise<void> {
    let attempt = 0
    let short = 0
    let fellBack = false
    while (!signal.aborted) {
      const dialled = await dial(
        { mqtt, protocol, clientId: `framewarden-${unit}`, willTopic: topics.availability },
        signal,
      )
      if ('open' in dialled) {
        const startedAtMs = Date.now()
        const end = await serve(dialled.open)
        if (signal.aborted || stopping) break
        const steady = Date.now() - startedAtMs >= STEADY_MS
        attempt = steady ? 0 : attempt + 1
        short = steady ? 0 : short + 1
        fellBack = false
        tell(short >= KICKS ? kicked(end, short) : end)
      } else if (!signal.aborted) {
        if (mqtt.protocol === 'auto' && dialled.end.versionRefused) {
          protocol = protocol === 5 ? 4 : 5
          fellBack = !fellBack
          if (fellBack) continue // at once, and once
        }
        attempt++
        tell(dialled.end)
      }
      become('offline')
      await sleep(backoffMs(Math.max(0, attempt - 1), Math.random()), undefined, { signal }).catch(() => {}) // stopped
    }
  }

  async function serve(connection: SessionOptions['connection']): Promise<BrokerEnd> {
    session = startSession({
      connection,
      spool,
      outbox,
      sentBefore,
      alertTopic: ({ alert }) => topicsOf(mqtt.topicPrefix, alert.unit).alert(alert.camera),
      onSent: options.onSent,
      onDenied: options.onDenied,
      onReadFailure: (error) => options.onFailure('FW_SPOOL_DISK', (error as Error).message),
    })
    publishNow = (topic, payload) => {
      connection.client.publish(topic, payload, { qos: 0 })
      options.onSent(topic, payload)
    }
    become('online')
    const end = await session.ended
    sentBefore = Math.max(sentBefore, session.sentSeq)
    session = undefined
    publishNow = () => {}
    return end
  }

  function tell(end: BrokerEnd): void {
    options.onFailure(end.code, `${broker}: ${end.text}`)
  }

  const running = loop()

  return {
    get state() {
      return {
        broker: status,
        since,
        protocol: status === 'online' ? protocol : undefined,
        inFlight: session?.inFlight ?? 0,
      }
    },
    publishNow: (topic, payload) => publishNow(topic, payload),
    stop: async () => {
      stopping = true
      if (session) {
        await within(DRAIN_MS, session.drained())
        await within(OFFLINE_MS, session?.announce(topics.availability, 'offline'))
        await within(GOODBYE_MS, session?.close())
      }
      abort.abort()
      await running
    },
  }
}

function kicked(end: BrokerEnd, times: number): BrokerEnd {
  if (end.code !== 'FW_BROKER_UNREACHABLE') return end
  return { ...end, code: 'FW_BROKER_KICKED', text: `${end.text}, ${times} times shortly after it accepted` }
}

/** Waits for `done`, at most `ms`. */
async function within(ms: number, done: Promise<unknown> | undefined): Promise<void> {
  const timer = new AbortController()
  await Promise.race([done, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})])
  timer.abort()
}
