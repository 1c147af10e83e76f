/**
 * A camera's tamper and loss of signal as ONVIF property events over MQTT. Pure but for what it remembers of each camera.
 * Source: ONVIF Core, "Event broker" (topic structure, JSON event payload, property events), and ONVIF Imaging, "Tampering".
 */
import type { Kind } from '../../core/alert.js'
import type { CameraStatePayload, OnvifEvent } from '../alert-schema.js'

/** Below `VideoSource/`. Where ONVIF has no event of its own, ours stands under an alias, as Core has it (`alias:Topic`). */
const TOPIC_OF: Readonly<Record<Kind, string>> = {
  covered: 'GlobalSceneChange/AnalyticsService',
  turned: 'GlobalSceneChange/AnalyticsService',
  defocused: 'ImageTooBlurry/AnalyticsService',
  dark: 'ImageTooDark/AnalyticsService',
  bright: 'ImageTooBright/AnalyticsService',
  frozen: 'framewarden:ImageFrozen/AnalyticsService',
  loop: 'framewarden:ImageReplayed/AnalyticsService',
  flicker: 'framewarden:ImageFlickering/AnalyticsService',
  noise: 'framewarden:ImagePerturbed/AnalyticsService',
  pattern: 'framewarden:ImagePerturbed/AnalyticsService',
  patch: 'framewarden:ImagePerturbed/AnalyticsService',
  lens: 'framewarden:ImagePerturbed/AnalyticsService',
  injected: 'framewarden:ImagePerturbed/AnalyticsService',
  unknown: 'framewarden:ImagePerturbed/AnalyticsService',
}
const SIGNAL_LOSS = 'SignalLoss'

/** All of them, below `VideoSource/`. */
export const ONVIF_TOPICS: readonly string[] = [...new Set(Object.values(TOPIC_OF)), SIGNAL_LOSS]

/** `state` undefined: the property is deleted, an empty payload (Core: "Payload for deleted properties"). */
export interface OnvifChange {
  readonly topic: string
  readonly state: boolean | undefined
}

export interface OnvifEvents {
  /** What has changed since the last time; the first time all, what an earlier run may have left included. */
  changes(cameraId: string, camera: CameraStatePayload): OnvifChange[]
  /** Deletes them all. */
  forget(cameraId: string): OnvifChange[]
}

export function onvifEvents(): OnvifEvents {
  const last = new Map<string, ReadonlyMap<string, boolean>>()
  return {
    changes(cameraId, camera) {
      const [now, before] = [onvifStates(camera), last.get(cameraId)]
      last.set(cameraId, now)
      const all = ONVIF_TOPICS.map((topic) => ({ topic, state: now.get(topic) }))
      return before ? all.filter(({ topic, state }) => before.get(topic) !== state) : all
    },
    forget(cameraId) {
      last.delete(cameraId)
      return ONVIF_TOPICS.map((topic) => ({ topic, state: undefined }))
    },
  }
}

/**
 * By topic; one that is not in it cannot be said: a camera that nobody judges is not "not covered". An open incident stays
 * true meanwhile, nobody has cleared it.
 */
export function onvifStates(camera: CameraStatePayload): ReadonlyMap<string, boolean> {
  const on = new Set(camera.kinds.map((kind) => TOPIC_OF[kind]))
  if (camera.state === 'frozen') on.add(TOPIC_OF.frozen)
  const states = new Map<string, boolean>()
  for (const topic of Object.values(TOPIC_OF)) if (on.has(topic) || camera.scored) states.set(topic, on.has(topic))
  const lost = signalLost(camera)
  if (lost !== undefined) states.set(SIGNAL_LOSS, lost)
  return states
}

/** undefined: nobody knows, the camera is paused or its guard is gone. */
function signalLost({ scored, state, cause }: CameraStatePayload): boolean | undefined {
  if (scored || state === 'frozen') return false
  if (!cause?.code.startsWith('FW_CAMERA_') || cause.code === 'FW_CAMERA_PAUSED') return undefined
  return true
}

/** The payload; '' deletes. Core: quotes may be left out for true and false; the operation is not in it. */
export function onvifPayload(cameraId: string, state: boolean | undefined, atMs: number): string {
  if (state === undefined) return ''
  const event: OnvifEvent = {
    UtcTime: new Date(atMs).toISOString(),
    Source: { Source: cameraId },
    Data: { State: state },
  }
  return JSON.stringify(event)
}
