/** The broker of the moment: a reload may put another in its place. What was said of unit and cameras is said to the next one, too. */
import type { Diagnostic } from '../core/diagnostic.js'
import type { CameraStatePayload } from './alert-schema.js'
import type { MqttSink } from './mqtt/mqtt-sink.js'

/** Diagnostics that wait while one broker is left for another; the oldest go first. */
const HELD = 50

export interface BrokerSlot extends Omit<MqttSink, 'state' | 'stop'> {
  /** Stops the sink that is and starts another one, or none. One after the other: the last call wins. */
  replace(start: (() => Promise<MqttSink>) | undefined): Promise<void>
  readonly state: { readonly broker: 'off' | 'connecting' } | MqttSink['state']
}

export function brokerSlot(): BrokerSlot {
  let sink: MqttSink | undefined
  let exchanges = 0
  let exchanged: Promise<void> = Promise.resolve()
  let unit: object | undefined
  const cameras = new Map<string, CameraStatePayload>()
  const images = new Map<string, Buffer>()
  let held: Diagnostic[] = []

  async function exchange(start: (() => Promise<MqttSink>) | undefined): Promise<void> {
    const before = sink
    sink = undefined
    await before?.stop()
    sink = await start?.()
    if (unit) sink?.unitState(unit)
    for (const [id, payload] of cameras) sink?.cameraState(id, payload)
    for (const [id, jpeg] of images) sink?.cameraImage(id, jpeg)
    for (const d of held.splice(0)) sink?.diagnostic(d)
  }

  return {
    replace: (start) => {
      exchanges++
      const done = exchanged.then(() => exchange(start)).finally(() => exchanges--)
      exchanged = done.catch(() => {}) // the caller gets it
      return done
    },
    get state() {
      return sink?.state ?? { broker: exchanges > 0 ? 'connecting' : 'off' }
    },
    unitState: (payload) => {
      unit = payload
      sink?.unitState(payload)
    },
    cameraState: (id, payload) => {
      cameras.set(id, payload)
      sink?.cameraState(id, payload)
    },
    cameraImage: (id, jpeg) => {
      images.set(id, jpeg)
      sink?.cameraImage(id, jpeg)
    },
    forgetCamera: (id) => {
      cameras.delete(id)
      images.delete(id)
      sink?.forgetCamera(id)
    },
    stats: (id, payload) => sink?.stats(id, payload),
    diagnostic: (d) => {
      if (sink) sink.diagnostic(d)
      else if (exchanges > 0) held = [...held, d].slice(-HELD)
    },
    retryDenied: () => sink?.retryDenied(),
  }
}
