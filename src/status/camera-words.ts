/** What is wrong with a camera, in words that fit into one line. */
import type { CameraFacts } from '../core/camera-facts.js'
import type { FwCode } from '../core/errors.js'

const WORDS: Partial<Record<FwCode, string>> = {
  FW_CAMERA_PAUSED: 'paused',
  FW_CAMERA_AUTH: 'refuses user name and password',
  FW_CAMERA_REFUSED: 'not reachable',
  FW_CAMERA_DNS: 'not reachable',
  FW_CAMERA_UNREACHABLE: 'not reachable',
  FW_CAMERA_TIMEOUT: 'not reachable',
  FW_CAMERA_NOT_FOUND: 'has no such stream',
  FW_CAMERA_STALLED: 'sends no pictures',
  FW_CAMERA_ENDED: 'sends no pictures',
  FW_CAMERA_FROZEN: 'frozen',
  FW_INFERENCE_FAILED: 'not judged',
  FW_GUARD_LOST: 'without a guard',
  FW_GUARD_HUNG: 'without a guard',
  FW_FFMPEG_MISSING: 'not guarded, ffmpeg is missing',
}

/** `not reachable`; what follows is for how long. For a camera that is not scored. */
export function troubleOf({ cause }: CameraFacts): string {
  if (!cause) return 'not guarded yet'
  return WORDS[cause.code] ?? (cause.code.startsWith('FW_CAMERA') ? 'not readable' : 'not guarded')
}

/** `40 s`, `4 min`, `3 h`, `2 days`: how long it has been so, rounded down. */
export function elapsedText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1_000))
  if (s < 60) return `${s} s`
  if (s < 3_600) return `${Math.floor(s / 60)} min`
  if (s < 2 * 86_400) return `${Math.floor(s / 3_600)} h`
  return `${Math.floor(s / 86_400)} days`
}
