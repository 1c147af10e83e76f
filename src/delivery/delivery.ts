/** What this unit tells ops, and how it gets there: the only door of the room. Alerts go to the spool, and from there to each sink. */
import { join } from 'node:path'
import type { Alert, AlertBody } from '../core/alert.js'
import type { Diagnostic } from '../core/diagnostic.js'
import type { MqttSettings, Retention, WebhookSettings } from '../core/settings.js'
import { type BrokerSlot, brokerSlot } from './broker-slot.js'
import { deliveryReports } from './delivery-reports.js'
import { brokerName } from './mqtt/dial.js'
import { type MqttSink, startMqttSink } from './mqtt/mqtt-sink.js'
import type { AnswerRequest } from './mqtt/request-inbox.js'
import { openSpool } from './spool/spool.js'
import { lockState } from './state-lock.js'
import { type Webhooks, webhooksOn } from './webhooks.js'

export interface DeliveryOptions {
  readonly unit: string
  /** Of framewarden. */
  readonly version?: string
  readonly stateDir: string
  /** Origin under which people reach the unit's page; goes into each alert's `url`. */
  readonly publicUrl?: string
  /** undefined: no broker; alerts stay in the spool until its retention takes them. */
  readonly mqtt?: MqttSettings
  readonly spool: Retention
  readonly webhooks?: readonly WebhookSettings[]
  /** Ids in the configuration: retained topics of other cameras that an earlier run left with the broker are emptied. */
  readonly cameras?: readonly string[]
  /** Answers what is asked over MQTT, as far as `mqtt.requests` lets it. */
  readonly onRequest?: AnswerRequest
  /** The broker is there: to be logged. */
  onConnected?(text: string): void
  /** Of this room, each time; to be logged, and passed back to `Delivery.diagnostic` if ops shall see it. */
  onDiagnostic(d: Diagnostic): void
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
  readonly webhooks: ReturnType<Webhooks['states']>
  readonly lastError: (Diagnostic & { readonly atMs: number }) | undefined
}

/** What the broker has made of an alert. `waiting`: nothing yet; it is on disk. `none`: no broker is configured. */
export type AlertFate = 'acknowledged' | 'denied' | 'waiting' | 'none'

export interface Delivery extends Omit<MqttSink, 'state' | 'stop'> {
  /** Resolves when the alert is on disk (append + fdatasync): from then on it counts. Rejects with FW_SPOOL_DISK. */
  alert(body: AlertBody): Promise<Alert>
  /** Every alert after `seq` that is on disk, in order. Throws what the file system throws. */
  kept(seq: number): AsyncIterable<Alert>
  /** Of an alert that was kept a short while ago. */
  fate(seq: number): AlertFate
  /**
   * Leaves the broker for another, or for none, while alerts go on coming; what was said of unit and cameras is said again
   * there. `cameras` as in the options. Calls are serial: the last one wins. Rejects with FW_CONFIG_VALUE for a bad
   * mqtt.url: nothing has changed then.
   */
  replaceBroker(mqtt: MqttSettings | undefined, cameras?: readonly string[]): Promise<void>
  /** Leaves those that are not in `webhooks`; others go on where they were. */
  replaceWebhooks(webhooks: readonly WebhookSettings[]): Promise<void>
  snapshot(): DeliverySnapshot
  /** Sends what waits and `offline` within 2 s, then closes. */
  stop(): Promise<void>
}

/**
 * Throws FW_CONFIG_VALUE for a bad mqtt.url, FW_STATE_LOCKED, FW_STATE_DIR or FW_SPOOL_DISK; nothing is left open then.
 * A broker that is away is no error.
 */
export async function startDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { unit, stateDir, mqtt, publicUrl, onRequest = nobody } = options
  if (mqtt) brokerName(mqtt) // a bad url is refused before anything is opened
  const lock = await lockState(stateDir)
  const folder = join(stateDir, 'spool')
  const reports = deliveryReports(folder, options.onDiagnostic)
  const fetched = mqtt !== undefined
  const opening = openSpool({ folder, unit, publicUrl, retention: options.spool, fetched, onDiagnostic: reports.pass })
  const spool = await opening.catch(async (error) => {
    await lock.release()
    throw error
  })
  const own = { unit, version: options.version, publicUrl, onRequest, onConnected: options.onConnected }
  const slot = brokerSlot()
  const webhooks = webhooksOn(spool, folder, reports.pass)
  let stopped: Promise<void> | undefined

  async function replaceBroker(to: MqttSettings | undefined, cameras?: readonly string[]): Promise<void> {
    if (stopped) return
    if (to) brokerName(to)
    spool.setFetched(to !== undefined)
    await slot.replace(to && (() => startMqttSink({ ...reports, ...own, mqtt: to, folder, spool, cameras })))
  }

  async function stop(): Promise<void> {
    await Promise.all([slot.replace(undefined), webhooks.stop()])
    await spool.close()
    await lock.release()
  }

  function fate(seq: number): AlertFate {
    if (slot.state.broker === 'off') return 'none'
    if (reports.wasDenied(seq)) return 'denied'
    return spool.isDelivered(seq) ? 'acknowledged' : 'waiting'
  }

  await replaceBroker(mqtt, options.cameras)
  await webhooks.replace(options.webhooks ?? [])
  const startedAtMs = Date.now()
  return {
    alert: (body) => spool.append(body),
    kept: spool.kept,
    fate,
    ...saidBy(slot),
    replaceBroker,
    replaceWebhooks: webhooks.replace,
    snapshot: () => ({
      ...{ since: startedAtMs, protocol: undefined, inFlight: 0, ...slot.state },
      pending: spool.pending,
      seq: spool.lastSeq,
      webhooks: webhooks.states(),
      lastError: reports.last(),
    }),
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

/** The response where nobody is there to answer. */
async function nobody(): Promise<string> {
  return JSON.stringify({ ok: false, code: 'FW_NOT_RUNNING', message: 'the daemon is not ready' })
}

function saidBy({ unitState, cameraState, cameraImage, forgetCamera, stats, diagnostic, retryDenied }: BrokerSlot) {
  return { unitState, cameraState, cameraImage, forgetCamera, stats, diagnostic, retryDenied }
}
