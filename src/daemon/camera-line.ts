/** A camera in a line of the log. Pure. */
import type { CameraFacts } from '../core/camera-facts.js'

/** State and cause. An incident is not in it: its alerts have lines of their own. */
export function cameraLine({ id, state, cause }: CameraFacts): string {
  return `camera '${id}': ${state}${cause ? ` (${cause.code})` : ''}`
}
