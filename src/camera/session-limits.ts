/** When a decoder has taken too long: for its first picture, or for the next one. Pure. */
import { type Cause, exitCause } from './exit-cause.js'

export interface SessionLimits {
  /** ms from the start to the first picture; undefined: no limit. */
  readonly firstFrameMs?: number
  /** ms without a picture after the first; undefined: no limit. */
  readonly stallMs?: number
  /** ms between pictures that are left out on purpose, at a low rate: these are no stall. */
  readonly spacingMs?: number
}

/** What has flowed so far; times on the monotonic clock, `firstMs` and `lastMs` of pictures, 0 before the first. */
export interface Flow {
  readonly startedMs: number
  readonly frames: number
  readonly firstMs: number
  readonly lastMs: number
}

/** Why the decoder must end now, or undefined. What its messages say of a first picture that does not come is a better cause. */
export function limitReached(
  flow: Flow,
  limits: SessionLimits,
  stderr: readonly string[],
  nowMs: number,
): Cause | undefined {
  const { firstFrameMs, stallMs, spacingMs = 0 } = limits
  if (flow.frames > 0) {
    if (stallMs === undefined || nowMs - flow.lastMs <= stallMs + spacingMs) return undefined
    return { code: 'FW_CAMERA_STALLED', text: `no picture for ${stallMs} ms (timeouts.stall)` }
  }
  if (firstFrameMs === undefined || nowMs - flow.startedMs <= firstFrameMs) return undefined
  const said = exitCause({ end: { rc: 0, signal: null }, stderr, frames: 0 })
  if (said.code !== 'FW_CAMERA_ENDED' && said.code !== 'FW_CAMERA_DATA') return said
  return { code: 'FW_CAMERA_TIMEOUT', text: `no picture within ${firstFrameMs} ms (timeouts.first_frame)` }
}
