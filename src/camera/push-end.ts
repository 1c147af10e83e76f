/** Why the push of a cleaned stream ended, and what follows: in words of the server that it went to. Pure. */
import { backoffMs } from '../core/backoff.js'
import { failedAgain, type Outage, type Saying } from '../core/outage.js'
import { type Cause, plain } from './exit-cause.js'
import type { ChildEnd } from './ffmpeg-child.js'
import { HEALTHY_MS, LOGIN_RANGE } from './retry.js'
import type { Heard } from './rtsp-relay.js'

/** What is known at the end of one push that we did not end. */
export interface PushFacts {
  /** `rtsp://gate:554` */
  readonly origin: string
  readonly heard: Heard
  readonly end: ChildEnd
  /** The last lines of stderr, oldest first. */
  readonly stderr: readonly string[]
  /** The server read nothing for this long, ms. */
  readonly stuckMs?: number
  /** Of the end, on the monotonic clock. */
  readonly endedAtMs: number
}

export interface PushEnd {
  readonly cause: Cause
  /** ms from the server's taking the stream to the end; 0: it never took it. */
  readonly pushedMs: number
  /** The server refused user name and password, or wants some. */
  readonly login: boolean
}

/** go2rtc takes a stream that it does not list and hangs up within milliseconds (1.9.9, internal/rtsp/rtsp.go). */
const AT_ONCE_MS = 2000
const NO_ENCODER = /Unknown encoder|Encoder .* not found|Error while opening encoder|Unrecognized option/i

export function pushEnd({ origin, heard, end, stderr, stuckMs, endedAtMs }: PushFacts): PushEnd {
  const pushedMs = takenFor(heard, endedAtMs)
  const ended = (code: Cause['code'], text: string) => ({ cause: { code, text }, pushedMs, login: false })
  const server = `the server at ${origin}`
  if (end.error !== undefined) return ended('FW_RESTREAM_ENCODER', `ffmpeg does not start (${end.error})`)
  const encoder = stderr.find((line) => NO_ENCODER.test(line))
  if (encoder !== undefined) return ended('FW_RESTREAM_ENCODER', `ffmpeg cannot encode H.264 (${plain(encoder)})`)
  if (heard.refused !== undefined) return { ...ended('FW_RESTREAM_REFUSED', `${server} ${heard.refused}`), login: true }
  if (pushedMs > 0) {
    if (stuckMs !== undefined) return ended('FW_RESTREAM_LOST', `${server} has read nothing for ${stuckMs / 1000} s`)
    if (pushedMs >= AT_ONCE_MS)
      return ended('FW_RESTREAM_LOST', `${server} ended the stream after ${Math.round(pushedMs / 1000)} s`)
    return ended(
      'FW_RESTREAM_LOST',
      `${server} took the stream and hung up at once, as go2rtc does with one it does not list`,
    )
  }
  if (heard.failed !== undefined) return ended('FW_RESTREAM_REFUSED', `${server} answers ${heard.failed}`)
  if (stuckMs !== undefined) return ended('FW_RESTREAM_REFUSED', `${server} does not answer`)
  if (end.signal !== null) return ended('FW_RESTREAM_ENCODER', `ffmpeg crashed (${end.signal})`)
  const said = stderr.length > 0 ? `: ${plain(stderr.at(-1)!)}` : ''
  return ended('FW_RESTREAM_REFUSED', `the push to ${origin} ended before it was taken${said}`)
}

/** Until the server hung up, where it did: ffmpeg takes its time to see that. */
function takenFor({ takenAtMs, goneAtMs }: Heard, endedAtMs: number): number {
  return takenAtMs === undefined ? 0 : Math.max(1, Math.round((goneAtMs ?? endedAtMs) - takenAtMs))
}

/** A push between its tries. */
export interface PushTrouble {
  readonly waits: number
  readonly outage?: Outage
}

export const NO_PUSH_TROUBLE: PushTrouble = { waits: 0 }

/** As `afterEnd` of a camera: a wait that grows, one diagnostic an outage, a refused login tried slowly. */
export function afterPush(
  before: PushTrouble,
  { cause, pushedMs, login }: PushEnd,
  { nowMs, random }: { readonly nowMs: number; readonly random: number },
): [PushTrouble, { readonly waitMs: number; readonly say?: Saying }] {
  const healthy = pushedMs >= HEALTHY_MS
  const waits = healthy ? 1 : before.waits + 1
  const [outage, say] = failedAgain(healthy ? undefined : before.outage, cause, pushedMs > 0, nowMs)
  return [
    { waits, outage },
    { waitMs: backoffMs(waits - 1, random, login ? LOGIN_RANGE : undefined), say },
  ]
}
