/** The retained topics of each camera: its state, and its entities where Home Assistant gets to know them. */
import type { Discovery } from './home-assistant.js'
import type { KnownCameras } from './known-cameras.js'
import type { Payload } from './outbox.js'
import type { Topics } from './topics.js'

export interface CameraTopics {
  state(id: string, payload: object): void
  /** The last alert's picture, where `images` are wanted. */
  image(id: string, jpeg: Buffer): void
  /** Home Assistant has started: all that it gets to know is sent again. */
  again(): void
  /** Empties the topics of a camera. */
  forget(id: string): void
  /** The broker has all that was set: it holds topics of these cameras and of no others. */
  settled(): void
}

/** `retain` sets a retained topic. Topics that an earlier run left for cameras that are not in `configured` are emptied. */
export function cameraTopics(
  topics: Topics,
  discovery: Discovery | undefined,
  known: KnownCameras,
  { cameras: configured, images }: { readonly cameras?: readonly string[]; readonly images: boolean },
  retain: (topic: string, payload: Payload) => void,
): CameraTopics {
  const announced = new Set<string>()

  function forget(id: string): void {
    announced.delete(id)
    for (const { topic, payload } of discovery?.forget(id) ?? []) retain(topic, payload)
    retain(topics.cameraState(id), '')
    if (images) retain(topics.image(id), '')
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
    settled: () => known.set(announced),
  }
}
