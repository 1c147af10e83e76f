/** The broker as a place that this unit's alerts, states and diagnostics go to: topics, retained state, Home Assistant. */
import type { Diagnostic } from '../../core/diagnostic.js'
import { REMEDIES } from '../../core/errors.js'
import type { MqttSettings } from '../../core/settings.js'
import type { CameraStatePayload } from '../alert-schema.js'
import type { Spool } from '../spool/spool.js'
import { brokerOutage } from './broker-outage.js'
import { type CameraTopics, cameraTopics } from './camera-topics.js'
import { brokerName } from './dial.js'
import { discoveryOf } from './home-assistant.js'
import { loadKnownCameras } from './known-cameras.js'
import type { Payload } from './outbox.js'
import type { Denied } from './publish-effect.js'
import { type PublisherState, startPublisher } from './publisher.js'
import { type Publishing, startPublishing } from './publishing.js'
import { type AnswerRequest, listenOn, type RequestInbox, requestInbox } from './request-inbox.js'
import { grantOf, type Topics, topicsOf } from './topics.js'

const PUBACK_MS = 30_000

export interface MqttSinkOptions {
  readonly mqtt: MqttSettings
  readonly unit: string
  /** Of framewarden, and where people reach the page: for Home Assistant. */
  readonly version?: string
  readonly publicUrl?: string
  /** Of the spool: the list of cameras that the broker knows is kept there. */
  readonly folder: string
  readonly spool: Spool
  /** Ids in the configuration: retained topics of other cameras that an earlier run left with the broker are emptied. */
  readonly cameras?: readonly string[]
  readonly onRequest: AnswerRequest
  /** A connection is open: to be logged. */
  onConnected?(text: string): void
  onDenied(denied: Denied): void
  /** `what` is `broker` or `spool`. */
  onFailure(code: Diagnostic['code'], what: string, text: string, count?: number): void
}

export interface MqttSink {
  /** Retained, sent again on each connect. */
  unitState(payload: object): void
  /** Retained, sent again on each connect. */
  cameraState(id: string, payload: CameraStatePayload): void
  /** The picture of the camera's last alert, a JPEG: retained, where `mqtt.images` is on. */
  cameraImage(id: string, jpeg: Buffer): void
  /** Empties the camera's retained topics. */
  forgetCamera(id: string): void
  /** QoS 0: lost while the broker is away. */
  stats(id: string, payload: object): void
  /** QoS 1, not spooled: some wait in memory for the broker, the oldest go first. */
  diagnostic(d: Diagnostic): void
  /** The rights at the broker may have changed: topics that it denied are tried again. */
  retryDenied(): void
  readonly state: PublisherState & { readonly inFlight: number }
  /** Sends what waits and `offline` within 2 s, then closes. */
  stop(): Promise<void>
}

/** Throws FW_CONFIG_VALUE for a bad mqtt.url. A broker that is away is no error. */
export async function startMqttSink(options: MqttSinkOptions): Promise<MqttSink> {
  const { mqtt, unit, spool, onFailure } = options
  const broker = brokerName(mqtt)
  const topics = topicsOf(mqtt.topicPrefix, unit)
  const { enabled, prefix } = mqtt.homeAssistant
  const own = `${mqtt.topicPrefix}/`
  const publishing = startPublishing({
    spool,
    pubackMs: PUBACK_MS,
    // an alert of an earlier name of this unit goes where it would have gone
    alertTopic: (alert) => (alert.unit === unit ? topics : topicsOf(mqtt.topicPrefix, alert.unit)).alert(alert.camera),
    grantFor: (topic) => grantOf(topic, mqtt.topicPrefix, prefix),
    // one denial stands for all of discovery: its topics are many, and an operator grants them together
    deniedWith: (topic) => (topic.startsWith(own) ? topic : `${prefix}/#`),
    onDenied: options.onDenied,
    onReadFailure: (error) => onFailure('FW_SPOOL_DISK', 'spool', error.message),
  })
  const retain = (topic: string, payload: Payload) => publishing.take({ type: 'retain', topic, payload })
  retain(topics.availability, 'online') // first of all retained topics, on each connect
  const known = await loadKnownCameras(options.folder, (error) =>
    onFailure('FW_SPOOL_DISK', 'spool', `cameras.json cannot be written: ${(error as Error).message}`),
  )
  const { version, publicUrl } = options
  const asked = { images: mqtt.images, writable: mqtt.requests === 'write' }
  const discovery = enabled ? discoveryOf({ prefix, unit, topics, version, publicUrl, ...asked }) : undefined
  const cameras = cameraTopics(topics, discovery, known, { ...mqtt, cameras: options.cameras }, retain)
  const [filters, hear] = heardOn(options, topics, cameras, publishing)
  const outage = brokerOutage(broker, options)
  const publisher = startPublisher({
    mqtt,
    clientId: `framewarden-${unit}`,
    availabilityTopic: topics.availability,
    publishing,
    onOpen(client, protocol) {
      outage.opened(protocol)
      listenOn(client, filters, hear)
    },
    onEnd: outage.ended,
  })

  return {
    unitState: (payload) => retain(topics.state, JSON.stringify(payload)),
    cameraState: cameras.state,
    cameraImage: cameras.image,
    forgetCamera: cameras.forget,
    stats: (id, payload) => publishing.session?.publishNow(topics.stats(id), JSON.stringify(payload)),
    diagnostic: (d) => {
      publishing.take({ type: 'push', topic: topics.diagnostic, payload: JSON.stringify(diagnosticPayload(d)) })
    },
    retryDenied: () => publishing.take({ type: 'retry denied' }),
    get state() {
      return { ...publisher.state, inFlight: publishing.state.line?.inFlight.length ?? 0 }
    },
    stop: async () => {
      cameras.leave()
      if (await publisher.stop()) cameras.settled()
      await known.flush()
    },
  }
}

/** What is subscribed to, and what takes it: requests, and that Home Assistant has started (its birth message). */
function heardOn(
  { mqtt, onRequest, onFailure }: MqttSinkOptions,
  topics: Topics,
  cameras: CameraTopics,
  publishing: Publishing,
): [readonly string[], RequestInbox['take']] {
  const { enabled, prefix } = mqtt.homeAssistant
  const inbox = requestInbox({
    topics,
    rights: mqtt.requests,
    answer: onRequest,
    respond: (topic, payload) => publishing.take({ type: 'push', topic, payload }),
    // at once or not at all: whoever asks names any number of topics, and a broker may deny them
    reply: ({ topic, correlationData }, payload) => publishing.session?.publishNow(topic, payload, correlationData),
    onDropped: () => onFailure('FW_REQUESTS_DROPPED', 'broker', 'more requests than are answered'),
  })
  if (!enabled) return [inbox.filters, inbox.take]
  const birth = `${prefix}/status`
  const hear: RequestInbox['take'] = (topic, payload, to) => {
    if (topic !== birth) inbox.take(topic, payload, to)
    else if (payload.toString() === 'online') cameras.again()
  }
  return [[...inbox.filters, birth], hear]
}

function diagnosticPayload({ code, subject, text, count }: Diagnostic) {
  return { code, subject, text, remedy: REMEDIES[code], count, at: new Date().toISOString() }
}
