/** From the pictures of one connection to a camera's frames: number, time, damage, stillness, and the states they mean. */
import { diagnostic } from '../core/diagnostic.js'
import type { CameraSettings } from '../core/settings.js'
import type { CameraHooks } from './camera-hooks.js'
import { arrivalMs } from './capture-time.js'
import { DAMAGED_MS } from './corruption.js'
import type { SessionHooks } from './decode-session.js'
import { plain } from './exit-cause.js'
import { frozenWatch } from './frozen.js'

/** Hooks for one `decodeUntilEnd`. */
export function frameStream(camera: CameraSettings, hooks: CameraHooks): SessionHooks {
  const watch = frozenWatch(camera.timeouts.frozenMs)
  let seq = 0
  let frozen = false
  let damagedUntilMs = Number.NEGATIVE_INFINITY
  return {
    take: (bytes) => hooks.takeBuffer?.(bytes) ?? new Uint8Array(bytes),
    onPicture({ pixels, line }) {
      const { width } = camera.frame
      const capturedAtMs = arrivalMs(line.ptsUs, Date.now())
      const nowMs = performance.now()
      const still = watch.see(pixels, width, line.height, nowMs)
      if (seq === 0 || still !== frozen) {
        frozen = still
        if (!still) hooks.onState('guarding')
        else {
          const text = `the picture has not changed for ${camera.timeouts.frozenMs} ms (timeouts.frozen)`
          const cause = diagnostic('FW_CAMERA_FROZEN', camera.id, text)
          hooks.onDiagnostic(cause)
          hooks.onState('frozen', cause)
        }
      }
      const damaged = nowMs < damagedUntilMs
      hooks.onFrame({ cameraId: camera.id, seq: seq++, capturedAtMs, width, height: line.height, pixels, damaged })
    },
    onCorruption(line) {
      damagedUntilMs = performance.now() + DAMAGED_MS
      hooks.onDiagnostic(diagnostic('FW_CAMERA_CORRUPT', camera.id, plain(line)))
    },
    // The end that follows says so.
    onResize() {},
    onStall() {
      hooks.onState(
        'stalled',
        diagnostic('FW_CAMERA_STALLED', camera.id, `no picture for ${camera.timeouts.stallMs} ms (timeouts.stall)`),
      )
    },
  }
}
