/** What follows the end of a connection: open again at once, or wait first. */
import type { CameraSettings } from '../core/settings.js'
import { parseCameraUrl } from './camera-url.js'
import type { SessionEnd } from './decode-session.js'

/** Frames that flowed for this long make an earlier trouble forgotten: the next wait is the shortest again. */
export const HEALTHY_MS = 10_000
/** Shorter connections wait even where the end is an expected one, lest they spin. */
const WORTHWHILE_MS = 500

/** `waits`: how many waits in a row there have been, before and after this end. */
export function afterEnd(
  camera: Pick<CameraSettings, 'url' | 'listen'>,
  end: SessionEnd,
  waits: number,
): { atOnce: boolean; waits: number } {
  const code = end.cause?.code
  if (code === 'FW_CAMERA_RESIZED' && end.flowedMs >= WORTHWHILE_MS) return { atOnce: true, waits: 0 }
  // A listener that is not there refuses its publisher: it must stand again before the publisher's next try.
  const expected = code === 'FW_CAMERA_ENDED' || code === 'FW_CAMERA_TIMEOUT' || code === 'FW_CAMERA_STALLED'
  if (camera.listen && expected && (end.flowedMs >= WORTHWHILE_MS || code === 'FW_CAMERA_TIMEOUT'))
    return { atOnce: true, waits: 0 }
  // Some formats cannot be looped by ffmpeg: they are opened again.
  const isFile =
    code === 'FW_CAMERA_ENDED' && end.flowedMs >= WORTHWHILE_MS && parseCameraUrl(camera.url).kind === 'file'
  if (isFile) return { atOnce: true, waits: 0 }
  return { atOnce: false, waits: end.flowedMs >= HEALTHY_MS ? 1 : waits + 1 }
}
