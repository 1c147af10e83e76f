/** What becomes of a camera, as a line of the log. Pure. */
import { lastingText } from '../core/alert-text.js'
import type { CameraFacts } from '../core/camera-facts.js'

export interface CameraLine {
  readonly level: 'info' | 'warn'
  readonly text: string
}

/** undefined: nothing to say. The cause has a line of its own before this, with what to do; an incident, too. */
export function cameraLine(now: CameraFacts, before: CameraFacts): CameraLine | undefined {
  const { id, state, cause, sinceMs } = now
  if (state === before.state && cause?.code === before.cause?.code) return undefined
  if (state === 'guarding') {
    const again = before.cause ? ` again, after ${lastingText(sinceMs - before.sinceMs)}` : ''
    return { level: 'info', text: `camera '${id}' is guarded${again}` }
  }
  if (cause?.code === 'FW_CAMERA_PAUSED') return { level: 'info', text: `camera '${id}' is paused` }
  const since = `${new Date(sinceMs).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const text = `camera '${id}' is not guarded since ${since}: ${state}${cause ? ` (${cause.code})` : ''}`
  return { level: cause ? 'warn' : 'info', text }
}
