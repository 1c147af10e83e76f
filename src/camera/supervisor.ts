/** Keeps one camera's pictures coming: opens it, watches it, and opens it again without end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { CameraSettings } from '../core/settings.js'
import type { CameraHooks } from './camera-hooks.js'
import { type Attempt, type OpenedSource, openCameraSource } from './camera-source.js'
import { decodeFallback } from './decode-fallback.js'
import { decodeUntilEnd, type SessionEnd } from './decode-session.js'
import type { Cause } from './exit-cause.js'
import type { FfmpegBuild } from './ffmpeg.js'
import { frameStream } from './frame-stream.js'
import { afterEnd, NO_TROUBLE } from './retry.js'

/**
 * Supervises until `signal` says so; then its child is gone and the state `stopped`. A camera's failure is never an
 * exception: it is a state, a diagnostic an outage and attempts without end. One child at most at any time.
 */
export async function superviseCamera(
  camera: CameraSettings,
  ffmpeg: FfmpegBuild,
  hooks: CameraHooks,
  signal: AbortSignal,
): Promise<void> {
  const fallback = decodeFallback(camera.decode)
  let trouble = NO_TROUBLE
  hooks.onState('connecting')
  while (!signal.aborted) {
    const { failures, patient } = trouble
    hooks.onAttempt?.()
    const attempt = { decode: fallback.decode, failures, patient }
    const end = await attemptOnce({ camera, ffmpeg, hooks }, attempt, signal)
    const { cause } = end
    if (signal.aborted || cause === undefined) break
    const fellBack = fallback.note(end)
    const clock = { nowMs: performance.now(), random: Math.random() }
    const [after, { waitMs, say, show }] = afterEnd(camera, trouble, { ...end, cause }, clock)
    trouble = after
    if (say !== undefined) hooks.onDiagnostic(diagnostic(say.code, camera.id, say.text, say.count))
    if (fellBack !== undefined) hooks.onDiagnostic(diagnostic(fellBack.code, camera.id, fellBack.text))
    if (show !== undefined)
      hooks.onState(show.state, show.cause && diagnostic(show.cause.code, camera.id, show.cause.text))
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }
  hooks.onState('stopped')
}

interface Supervised {
  readonly camera: CameraSettings
  readonly ffmpeg: FfmpegBuild
  readonly hooks: CameraHooks
}

async function attemptOnce(
  { camera, ffmpeg, hooks }: Supervised,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<SessionEnd> {
  let source: OpenedSource
  try {
    source = await openCameraSource(camera, ffmpeg, attempt, signal)
  } catch (error) {
    if (signal.aborted) return { cause: undefined, frames: 0, flowedMs: 0, rc: null }
    return { cause: unopened(error), frames: 0, flowedMs: 0, rc: null }
  }
  const stream = frameStream(camera, hooks)
  const plan = {
    path: ffmpeg.path,
    argv: source.argv,
    explain: source.explain,
    width: camera.frame.width,
    firstFrameMs: firstFrameLimit(camera),
    stallMs: camera.timeouts.stallMs,
    spacingMs: 1000 / camera.frame.rate,
    endOnResize: true,
  }
  try {
    return await decodeUntilEnd(plan, stream, signal)
  } finally {
    source.close()
  }
}

/** A listener waits for its publisher; it is opened afresh now and then, in case one came and then hung. */
function firstFrameLimit(camera: CameraSettings): number {
  return camera.listen ? camera.timeouts.connectMs + camera.timeouts.firstFrameMs : camera.timeouts.firstFrameMs
}

function unopened(error: unknown): Cause {
  if (error instanceof FwError) return { code: error.code, text: error.message }
  return { code: 'FW_CAMERA_UNREACHABLE', text: (error as Error).message }
}
