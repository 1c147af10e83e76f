/** Says what becomes of the unit and its cameras: in the log when it changes, at the broker as retained states. */
import type { CameraFacts } from '../core/camera-facts.js'
import type { Delivery } from '../delivery/delivery.js'
import type { Log } from '../log/log.js'
import { cameraLine } from './camera-line.js'
import type { GuardView } from './guard-state.js'
import { type CameraSide, cameraStatePayload, statsPayload, type UnitFacts, unitStatePayload } from './payloads.js'

/** What there is to say, as it is at the moment. */
export interface Announced {
  guards(): readonly GuardView[]
  entries(): readonly CameraFacts[]
  /** Of a camera that is there. */
  side(cameraId: string): CameraSide
}

export interface Announcer {
  /** What ops see of a camera has changed. */
  camera(now: CameraFacts, before: CameraFacts): void
  /** The camera's state is sent as it is: something beside its facts has changed. */
  again(cameraId: string): void
  /** Nothing is sent where nothing has changed. */
  unit(): void
  /** Everything, whether it has changed or not: the delivery is a new one, or cameras came and went. */
  all(): void
  stats(): void
  /** The guards are gone: the last that is said of each camera. */
  stopped(): void
}

export function createAnnouncer(facts: UnitFacts, there: Announced, delivery: Delivery, log: Log): Announcer {
  let lastUnit = ''

  const stateOf = (camera: CameraFacts) => cameraStatePayload(camera, there.side(camera.id))

  function unit(): void {
    const payload = unitStatePayload(facts, there.guards(), there.entries())
    const text = JSON.stringify(payload)
    if (text !== lastUnit) delivery.unitState(payload)
    lastUnit = text
  }

  return {
    camera(camera, before) {
      const { id, state } = camera
      const line = cameraLine(camera, before)
      if (line) log[line.level]({ camera: id, state }, line.text)
      delivery.cameraState(id, stateOf(camera))
      unit()
    },
    again(cameraId) {
      const entry = there.entries().find(({ id }) => id === cameraId)
      if (entry) delivery.cameraState(cameraId, stateOf(entry))
    },
    unit,
    all() {
      lastUnit = ''
      for (const entry of there.entries()) delivery.cameraState(entry.id, stateOf(entry))
      unit()
    },
    stats() {
      for (const entry of there.entries()) delivery.stats(entry.id, statsPayload(entry, Date.now()))
    },
    stopped() {
      for (const entry of there.entries()) {
        delivery.cameraState(entry.id, { ...stateOf(entry), state: 'stopped', scored: false })
      }
    },
  }
}
