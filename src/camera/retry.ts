/** What follows the end of a connection: opened again at once or after a wait, and what is said and shown of it. Pure. */
import { backoffMs } from '../core/backoff.js'
import type { FwCode } from '../core/errors.js'
import { failedAgain, type Outage, type Saying } from '../core/outage.js'
import type { CameraSettings } from '../core/settings.js'
import { parseCameraUrl } from './camera-url.js'
import type { SessionEnd } from './decode-session.js'
import type { Cause } from './exit-cause.js'

/** Frames that flowed for this long make an earlier trouble forgotten: the next wait is the shortest again. */
export const HEALTHY_MS = 10_000
/** Shorter connections wait even where the end is an expected one, lest they spin. */
const WORTHWHILE_MS = 500
/**
 * After a refused login: cameras lock an account after five or so within half an hour, for ten minutes and more, and every
 * try makes it longer. First after 30 to 60 s, in the end every 8 to 15 minutes.
 */
export const LOGIN_RANGE = { firstMs: 60_000, maxMs: 900_000 }

/** A camera between its connections. */
export interface Trouble {
  /** Waits in a row. */
  readonly waits: number
  /** Failures before a first frame, in a row. */
  readonly failures: number
  /** The last attempt did not find the codec's parameters: look longer. */
  readonly patient: boolean
  readonly outage?: Outage
  /** The cause that the camera's state shows. */
  readonly shown?: FwCode
}

export const NO_TROUBLE: Trouble = { waits: 0, failures: 0, patient: false }

export type FailedEnd = SessionEnd & { readonly cause: Cause }

export interface Next {
  /** 0: at once. */
  readonly waitMs: number
  /** A diagnostic; undefined: this outage was said. */
  readonly say?: Saying
  /** The camera's state from now on; undefined: as it is. `cause` undefined: this end was to be expected. */
  readonly show?: { readonly state: 'connecting' | 'backoff'; readonly cause?: Cause }
}

/** `nowMs` on the monotonic clock, `random` in [0, 1). A state that is shown stays, with its cause, until frames flow or the cause is another. */
export function afterEnd(
  camera: Pick<CameraSettings, 'url' | 'listen'>,
  before: Trouble,
  end: FailedEnd,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): [Trouble, Next] {
  const { cause, frames, flowedMs } = end
  const failures = frames > 0 ? 0 : before.failures + 1
  const patient = cause.code === 'FW_CAMERA_DATA' && frames === 0
  if (isPlanned(camera, end))
    return [
      { waits: 0, failures, patient },
      { waitMs: 0, say: { ...cause, count: 1 }, show: { state: 'connecting' } },
    ]
  const atOnce = isListenersEnd(camera, end)
  const waits = atOnce ? 0 : flowedMs >= HEALTHY_MS ? 1 : before.waits + 1
  const [outage, say] = failedAgain(flowedMs >= HEALTHY_MS ? undefined : before.outage, cause, frames > 0, nowMs)
  const isShown = frames === 0 && before.shown === cause.code
  const show = isShown ? undefined : ({ state: atOnce ? 'connecting' : 'backoff', cause } as const)
  const waitMs = atOnce ? 0 : waitBefore(cause.code, waits, random)
  return [
    { waits, failures, patient, outage, shown: cause.code },
    { waitMs, say: say && withWait(say, waitMs), show },
  ]
}

/** Who corrects a password wants to know why nothing happens for a while. */
function withWait(say: Saying, waitMs: number): Saying {
  if (say.code !== 'FW_CAMERA_AUTH') return say
  return { ...say, text: `${say.text}; tried again in ${Math.round(waitMs / 1000)} s, since cameras lock accounts` }
}

function waitBefore(code: FwCode, waits: number, random: number): number {
  return code === 'FW_CAMERA_AUTH' ? backoffMs(waits - 1, random, LOGIN_RANGE) : backoffMs(waits - 1, random)
}

/** A new shape wants a new decoder; a file's format that ffmpeg cannot loop is opened again. */
function isPlanned({ url }: Pick<CameraSettings, 'url'>, { cause, flowedMs }: FailedEnd): boolean {
  if (flowedMs < WORTHWHILE_MS) return false
  return cause.code === 'FW_CAMERA_RESIZED' || (cause.code === 'FW_CAMERA_ENDED' && parseCameraUrl(url).kind === 'file')
}

/** A listener that is not there refuses its publisher: it must stand again before the publisher's next try. */
function isListenersEnd({ listen }: Pick<CameraSettings, 'listen'>, { cause, flowedMs }: FailedEnd): boolean {
  if (!listen) return false
  const left = cause.code === 'FW_CAMERA_ENDED' || cause.code === 'FW_CAMERA_STALLED'
  return cause.code === 'FW_CAMERA_TIMEOUT' || (left && flowedMs >= WORTHWHILE_MS)
}
