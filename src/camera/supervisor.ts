/** Keeps one camera's pictures coming: opens it, watches it, and opens it again without end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../core/backoff.js'
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
import { type Repeats, repeats } from './repeat.js'
import { afterEnd } from './retry.js'

export type { CameraHooks } from './camera-hooks.js'

const SAY_COUNTED_MS = 1000

/**
 * Supervises until `signal` says so; then its child is gone and the state `stopped`. A camera's failure is never an
 * exception: it is a state, a diagnostic and another attempt. One child at most at any time.
 */
export async function superviseCamera(
  camera: CameraSettings,
  ffmpeg: FfmpegBuild,
  hooks: CameraHooks,
  signal: AbortSignal,
): Promise<void> {
  const said = repeats(camera.id)
  const over = new AbortController()
  const counting = sayCounted(said, hooks, over.signal)
  const fallback = decodeFallback(camera.decode)
  let waits = 0
  let failures = 0
  let patient = false
  while (!signal.aborted) {
    hooks.onState('connecting')
    const end = await attemptOnce(camera, ffmpeg, { decode: fallback.decode, failures, patient }, hooks, said, signal)
    if (signal.aborted || end.cause === undefined) break
    tell(end.cause, hooks, said)
    const fellBack = fallback.note(end)
    if (fellBack !== undefined) tell(fellBack, hooks, said)
    failures = end.frames > 0 ? 0 : failures + 1
    patient = end.cause.code === 'FW_CAMERA_DATA' && end.frames === 0
    const next = afterEnd(camera, end, waits)
    waits = next.waits
    if (next.atOnce) continue
    hooks.onState('backoff', diagnostic(end.cause.code, camera.id, end.cause.text))
    await sleep(backoffMs(waits - 1, Math.random()), undefined, { signal }).catch(() => undefined)
  }
  over.abort()
  await counting
  for (const d of said.due(Number.POSITIVE_INFINITY)) hooks.onDiagnostic(d)
  hooks.onState('stopped')
}

async function attemptOnce(
  camera: CameraSettings,
  ffmpeg: FfmpegBuild,
  attempt: Attempt,
  hooks: CameraHooks,
  said: Repeats,
  signal: AbortSignal,
): Promise<SessionEnd> {
  let source: OpenedSource
  try {
    source = await openCameraSource(camera, ffmpeg, attempt, signal)
  } catch (error) {
    if (signal.aborted) return { cause: undefined, frames: 0, flowedMs: 0, rc: null }
    return { cause: unopened(error), frames: 0, flowedMs: 0, rc: null }
  }
  const stream = frameStream(camera, hooks, (cause) => tell(cause, hooks, said))
  const plan = {
    path: ffmpeg.path,
    argv: source.argv,
    width: camera.frame.width,
    firstFrameMs: firstFrameLimit(camera),
    // At a low rate the pictures that are left out are no stall.
    stallMs: camera.timeouts.stallMs + 1000 / camera.frame.rate,
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

function tell(cause: Cause, hooks: CameraHooks, said: Repeats): void {
  const d = said.note(cause.code, cause.text, performance.now())
  if (d !== undefined) hooks.onDiagnostic(d)
}

async function sayCounted(said: Repeats, hooks: CameraHooks, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await sleep(SAY_COUNTED_MS, undefined, { signal: over }).catch(() => undefined)
    for (const d of said.due(performance.now())) hooks.onDiagnostic(d)
  }
}
