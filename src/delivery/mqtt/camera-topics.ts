/** The retained topics of each camera: its state, its ONVIF events, and its entities where Home Assistant gets to know them. */
import type { CameraStatePayload } from '../alert-schema.js'
import type { Discovery } from './home-assistant.js'
import type { KnownCameras } from './known-cameras.js'
import { type OnvifChange, onvifEvents, onvifPayload } from './onvif-events.js'
import type { Payload } from './outbox.js'
import type { Topics } from './topics.js'

export interface CameraTopics {
  state(id: string, payload: CameraStatePayload): void
  /** The last alert's picture, where `images` are wanted. */
  image(id: string, jpeg: Buffer): void
  /** Home Assistant has started: all that it gets to know is sent again. */
  again(): void
  /** Empties the topics of a camera. */
  forget(id: string): void
  /** Nobody will say any more whether a camera is tampered with. */
  leave(): void
  /** The broker has all that was set: it holds topics of these cameras and of no others. */
  settled(): void
}

export interface CameraTopicsOptions {
  /** Ids in the configuration; topics that an earlier run left for other cameras are emptied. */
  readonly cameras?: readonly string[]
  readonly images: boolean
  readonly onvifEvents: boolean
}

/** `retain` sets a retained topic. */
export function cameraTopics(
  topics: Topics,
  discovery: Discovery | undefined,
  known: KnownCameras,
  options: CameraTopicsOptions,
  retain: (topic: string, payload: Payload) => void,
): CameraTopics {
  const { cameras: configured, images } = options
  const announced = new Set<string>()
  const events = options.onvifEvents ? onvifEvents() : undefined

  function sayEvents(id: string, changes: readonly OnvifChange[] | undefined = []): void {
    for (const { topic, state } of changes) retain(topics.onvif(topic, id), onvifPayload(id, state, Date.now()))
  }

  function forget(id: string): void {
    announced.delete(id)
    for (const { topic, payload } of discovery?.forget(id) ?? []) retain(topic, payload)
    retain(topics.cameraState(id), '')
    if (images) retain(topics.image(id), '')
    sayEvents(id, events?.forget(id))
  }

  if (configured) for (const id of known.ids) if (!configured.includes(id)) forget(id)
  const announce = (id: string) => {
    for (const message of discovery?.announce(id) ?? []) retain(message.topic, message.payload)
  }
  const states = new Map<string, string>()
  return {
    state: (id, payload) => {
      const state = JSON.stringify(payload)
      states.set(id, state)
      retain(topics.cameraState(id), state)
      sayEvents(id, events?.changes(id, payload))
      if (announced.has(id)) return
      for (const message of announced.size === 0 ? (discovery?.unit() ?? []) : [])
        retain(message.topic, message.payload)
      announced.add(id)
      known.add(id)
      announce(id)
    },
    image: (id, jpeg) => {
      if (images) retain(topics.image(id), jpeg)
    },
    again() {
      for (const message of discovery?.unit() ?? []) retain(message.topic, message.payload)
      for (const id of announced) {
        announce(id)
        retain(topics.cameraState(id), states.get(id)!)
      }
    },
    forget,
    leave() {
      for (const id of announced) sayEvents(id, events?.forget(id))
    },
    settled: () => known.set(announced),
  }
}
