/** Keeps one connection to the broker, without end: dial, serve, cause, pause. This loop alone owns retries. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { MqttClient } from 'mqtt'
import { backoffMs } from '../../core/backoff.js'
import type { MqttSettings } from '../../core/settings.js'
import type { BrokerEnd } from './broker-end.js'
import { dial } from './dial.js'
import type { Publishing } from './publishing.js'
import { beginReconnect, type Ended, reconnectAfter } from './reconnect.js'

/** Stopping: so long for what waits, for `offline`, for DISCONNECT, and for the socket. */
const DRAIN_MS = 1_000
const OFFLINE_MS = 500
const GOODBYE_MS = 300
const CLOSE_MS = 200

export interface PublisherOptions {
  readonly mqtt: MqttSettings
  readonly clientId: string
  /** `online` and `offline` are retained there. */
  readonly availabilityTopic: string
  readonly publishing: Publishing
  /** A connection is open. */
  onOpen(client: MqttClient, protocol: 5 | 4): void
  /** A connection ended, or none came to be. */
  onEnd(end: BrokerEnd): void
}

export interface PublisherState {
  readonly broker: 'connecting' | 'online' | 'offline'
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly protocol: 5 | 4 | undefined
}

export interface Publisher {
  readonly state: PublisherState
  /** Sends what waits, then `offline`; within 2 s in all, whatever the broker does. Resolves to whether the broker has all that waited. */
  stop(): Promise<boolean>
}

export function startPublisher(options: PublisherOptions): Publisher {
  const { mqtt, clientId, availabilityTopic: willTopic, publishing } = options
  const abort = new AbortController()
  const { signal } = abort
  let state: PublisherState = { broker: 'connecting', since: Date.now(), protocol: undefined }
  let stopping = false

  function become(broker: PublisherState['broker'], protocol?: 5 | 4): void {
    state = { broker, protocol, since: broker === state.broker ? state.since : Date.now() }
  }

  async function connection(protocol: 5 | 4): Promise<Ended> {
    const dialled = await dial({ mqtt, protocol, clientId, willTopic }, signal)
    if ('end' in dialled) return { type: 'refused', end: dialled.end }
    const begunAtMs = performance.now()
    become('online', protocol)
    options.onOpen(dialled.open.client, protocol)
    const { end, denied } = await publishing.serve(dialled.open)
    return { type: 'closed', end, denied, heldMs: performance.now() - begunAtMs }
  }

  async function run(): Promise<void> {
    let reconnect = beginReconnect(mqtt.protocol)
    while (!stopping) {
      const ended = await connection(reconnect.protocol)
      if (stopping) break
      const { next, pause, report } = reconnectAfter(reconnect, ended, mqtt.protocol)
      reconnect = next
      if (report) options.onEnd(report)
      if (pause === undefined) continue
      become('offline')
      await sleep(backoffMs(pause, Math.random()), undefined, { signal }).catch(() => {}) // stopped
    }
  }

  const running = run()

  return {
    get state() {
      return state
    },
    stop: async () => {
      stopping = true
      let drained = false
      if (publishing.session) {
        drained = (await within(DRAIN_MS, publishing.drained())) === true
        await within(OFFLINE_MS, announceOffline(publishing, willTopic))
        await within(GOODBYE_MS, publishing.session?.close())
      }
      abort.abort()
      await within(CLOSE_MS, running)
      return drained
    },
  }
}

/** Outside the window and the queue, whatever fills them. */
function announceOffline({ session }: Publishing, topic: string): Promise<unknown> {
  return new Promise((resolve) => {
    if (session) session.publish({ topic, payload: 'offline', retain: true }, resolve)
    else resolve(undefined)
  })
}

/** What `done` resolves to, or undefined after `ms`. */
async function within<T>(ms: number, done: Promise<T> | undefined): Promise<T | undefined> {
  const timer = new AbortController()
  const late = sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)
  const first = await Promise.race([done, late])
  timer.abort()
  return first
}
