/** What this unit tells ops, and how it gets there: the only door of the room. */
import { join } from 'node:path'
import type { Alert, AlertBody } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { REMEDIES } from '../core/errors.js'
import type { MqttSettings, Retention } from '../core/settings.js'
import { keepDenied } from './denied.js'
import { discoveryOf } from './home-assistant.js'
import { type KnownCameras, loadKnownCameras } from './known-cameras.js'
import { createOutbox } from './outbox.js'
import { type Publisher, startPublisher } from './publisher.js'
import { openSpool, type Spool } from './spool/spool.js'
import { lockState } from './state-lock.js'
import { topicsOf } from './topics.js'

export interface DeliveryOptions {
  readonly unit: string
  readonly stateDir: string
  /** undefined: no broker; alerts stay in the spool until its retention takes them. */
  readonly mqtt?: MqttSettings
  readonly spool: Retention
  /** Ids in the configuration: retained topics of other cameras that an earlier run left with the broker are emptied. */
  readonly cameras?: readonly string[]
  /** Of this room; to be logged, and passed back to `Delivery.diagnostic` if ops shall see it. */
  onDiagnostic(d: Diagnostic): void
  /** Each message as it is handed to the broker's connection. */
  onMessage?(topic: string, payload: string): void
}

export interface DeliverySnapshot {
  readonly broker: 'off' | 'connecting' | 'online' | 'offline'
  /** Of `broker`, milliseconds since the epoch. */
  readonly since: number
  /** 4 is MQTT 3.1.1; undefined while not online. */
  readonly protocol: 5 | 4 | undefined
  /** Alerts on disk that the broker has not acknowledged. */
  readonly pending: number
  /** Of the last alert. */
  readonly seq: number
  /** Messages sent and not acknowledged. */
  readonly inFlight: number
  readonly lastError: (Diagnostic & { readonly atMs: number }) | undefined
}

export interface Delivery {
  /** Resolves when the alert is on disk (append + fdatasync): from then on it counts. Rejects with FW_SPOOL_DISK. */
  alert(body: AlertBody): Promise<Alert>
  /** Retained, sent again on each connect. */
  unitState(payload: object): void
  /** Retained, sent again on each connect. */
  cameraState(id: string, payload: object): void
  /** Empties the camera's retained topics. */
  forgetCamera(id: string): void
  /** QoS 0: lost while the broker is away. */
  stats(id: string, payload: object): void
  /** QoS 1, not spooled: some wait in memory for the broker, the oldest go first. */
  diagnostic(d: Diagnostic): void
  snapshot(): DeliverySnapshot
  /** Sends what waits and `offline` within 2 s, then closes. */
  stop(): Promise<void>
}

/** Throws FW_STATE_LOCKED, FW_STATE_DIR, FW_SPOOL_DISK, or FW_CONFIG_VALUE for a bad mqtt.url. A broker that is away is no error. */
export async function startDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { unit, stateDir, mqtt } = options
  const lock = await lockState(stateDir)
  let lastError: DeliverySnapshot['lastError']
  const note = (d: Diagnostic) => {
    lastError = { ...d, atMs: Date.now() }
    options.onDiagnostic(d)
  }

  const folder = join(stateDir, 'spool')
  const topics = topicsOf(mqtt?.topicPrefix ?? 'framewarden', unit)
  const discovery = mqtt?.homeAssistant.enabled ? discoveryOf(mqtt.homeAssistant.prefix, unit, topics) : undefined
  const outbox = createOutbox()
  const startedAtMs = Date.now()
  const cameras = new Set<string>()
  let known: KnownCameras | undefined
  let spool: Spool | undefined
  let publisher: Publisher | undefined
  try {
    spool = await openSpool({
      folder,
      unit,
      retention: options.spool,
      fetched: mqtt !== undefined,
      onDiagnostic: note,
    })
    known = await loadKnownCameras(folder, (error) => {
      note(diagnostic('FW_SPOOL_DISK', 'spool', `cameras.json cannot be written: ${(error as Error).message}`))
    })
    if (mqtt) publisher = publish(mqtt, spool)
  } catch (error) {
    await spool?.close()
    await lock.release()
    throw error
  }

  function publish(to: MqttSettings, from: Spool): Publisher {
    outbox.retain(topics.availability, 'online') // first of all retained topics, on each connect
    return startPublisher({
      mqtt: to,
      unit,
      spool: from,
      outbox,
      onSent: (topic, payload) => options.onMessage?.(topic, payload),
      onDenied: denied,
      onFailure: (code, text) => note(diagnostic(code, code.startsWith('FW_SPOOL') ? 'spool' : 'broker', text)),
    })
  }

  function denied(topic: string, payload: string, reason: string): void {
    note(diagnostic('FW_BROKER_DENIED', 'broker', `${topic}: ${reason}`))
    keepDenied(folder, { at: new Date().toISOString(), topic, reason, payload }).catch((error) => {
      note(diagnostic('FW_SPOOL_DISK', 'spool', `a denied message cannot be set aside: ${error.code ?? error}`))
    })
  }

  function announce(id: string): void {
    if (cameras.has(id)) return
    cameras.add(id)
    known?.add(id)
    for (const message of discovery?.announce(id) ?? []) outbox.retain(message.topic, message.payload)
  }

  function forget(id: string): void {
    cameras.delete(id)
    for (const message of discovery?.forget(id) ?? []) outbox.retain(message.topic, message.payload)
    outbox.retain(topics.cameraState(id), '')
  }

  async function stop(): Promise<void> {
    const online = publisher?.state.broker === 'online'
    await publisher?.stop()
    if (online && outbox.empty) known?.set(cameras)
    await known?.flush()
    await opened.close()
    await lock.release()
  }

  const opened = spool
  let stopped: Promise<void> | undefined
  if (options.cameras) for (const id of known.ids) if (!options.cameras.includes(id)) forget(id)
  return {
    alert: (body) => opened.append(body),
    unitState: (payload) => publisher && outbox.retain(topics.state, JSON.stringify(payload)),
    cameraState: (id, payload) => {
      if (!publisher) return
      announce(id)
      outbox.retain(topics.cameraState(id), JSON.stringify(payload))
    },
    forgetCamera: (id) => publisher && forget(id),
    stats: (id, payload) => publisher?.publishNow(topics.stats(id), JSON.stringify(payload)),
    diagnostic: (d) => {
      if (!publisher) return
      const { code, subject, text, count } = d
      const payload = { code, subject, text, remedy: REMEDIES[code], count, at: new Date().toISOString() }
      outbox.push(topics.diagnostic, JSON.stringify(payload))
    },
    snapshot: () => ({
      ...(publisher?.state ?? { broker: 'off', since: startedAtMs, protocol: undefined, inFlight: 0 }),
      pending: opened.pending,
      seq: opened.lastSeq,
      lastError,
    }),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}
