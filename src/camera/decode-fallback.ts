/** When a hardware decoder is given up. */

import type { FwCode } from '../core/errors.js'
import type { Decode } from '../core/settings.js'
import type { SessionEnd } from './decode-session.js'
import type { Cause } from './exit-cause.js'

/** Failures before a first frame until software takes over. */
const FAILURES = 3
/** What a hardware decoder that does not work ends with; a camera that is away does not count against it. */
const DECODERS_FAULT: readonly FwCode[] = [
  'FW_CAMERA_CODEC',
  'FW_CAMERA_DATA',
  'FW_CAMERA_CRASH',
  'FW_CAMERA_TIMEOUT',
  'FW_CAMERA_ENDED',
]

export interface DecodeFallback {
  readonly decode: Decode
  /** Takes the end of an attempt; what to say when software takes over now. */
  note(end: SessionEnd): Cause | undefined
}

/** Software stays until the camera is supervised afresh. */
export function decodeFallback(preset: Decode): DecodeFallback {
  let decode = preset
  let failures = 0
  return {
    get decode() {
      return decode
    },
    note({ cause, frames, rc }) {
      if (decode === 'none' || cause === undefined) return undefined
      if (frames > 0) failures = 0
      // rc null without a signal: ffmpeg was never started, the camera was not reached.
      else if (DECODERS_FAULT.includes(cause.code) && (rc !== null || cause.code === 'FW_CAMERA_CRASH')) failures++
      if (failures < FAILURES) return undefined
      decode = 'none'
      return {
        code: 'FW_CAMERA_DECODE_FALLBACK',
        text: `decode ${preset} failed ${failures} times before a first frame, last: ${cause.text}`,
      }
    },
  }
}
