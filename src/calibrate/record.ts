/** A camera's stream, or a file instead, judged at the pace of the decision until it has told enough. */
import { type DecodeOptions, decodeSource } from '../camera/file.js'
import { LEARN_AFTER_MS } from '../core/baseline/baseline.js'
import { OBSERVE_EVERY_MS } from '../core/evidence.js'
import type { Frame } from '../core/frame.js'
import type { CameraSettings } from '../core/settings.js'
import { judgedFrame, type WatchSettings, watchSettings } from '../core/watch.js'
import type { Engine } from '../inference/engine.js'
import { type Material, recorder } from './recorder.js'
import { spread } from './spread.js'

/** Frames that are kept to be perturbed. */
const FRAMES = 8

export interface RecordOptions extends Pick<DecodeOptions, 'ffmpeg' | 'signal' | 'onDiagnostic'> {
  /** A recording of the camera, in place of its stream. */
  readonly from?: string
  /** Stream time after which it is enough; undefined: all of the file. */
  readonly minutes?: number
  /** After each observation: milliseconds of the source so far. */
  onProgress?(ms: number): void
}

export interface Recording {
  readonly material: Material
  /** Some of the recording, spread over it; one or more. */
  readonly frames: readonly Frame[]
  readonly settings: WatchSettings
}

/** Throws what the decoder and the networks throw; undefined: the source has no frame. */
export async function record(
  camera: CameraSettings,
  engine: Engine,
  options: RecordOptions,
): Promise<Recording | undefined> {
  const { from, minutes, onProgress, ...decoding } = options
  const { url, username, password, ca, transport, frame, detection, tamper } = camera
  const rate = Math.min(frame.rate, 1000 / OBSERVE_EVERY_MS)
  const settings = watchSettings({ detection, tamper, frame: { rate } }, engine)
  const kept = recorder(settings, engine.thresholds.flagged)
  // what comes last is learned after a wait
  const untilMs = minutes === undefined ? Number.POSITIVE_INFINITY : minutes * 60_000 + LEARN_AFTER_MS
  const frames = spread<Frame>(FRAMES)
  let firstMs: number | undefined
  const source = { ...decoding, width: frame.width, rate, username, password, ca, transport }
  for await (const picture of decodeSource(from ?? url, source)) {
    const { capturedAtMs } = picture
    firstMs ??= capturedAtMs
    const threshold = kept.flaggedAt(capturedAtMs)
    const look = { mode: 'cascade', always: true, purify: false, maxPasses: 1, threshold } as const
    const { verdict } = await engine.judge(picture, look)
    kept.take(judgedFrame(picture, verdict))
    frames.offer(() => picture)
    onProgress?.(capturedAtMs - firstMs)
    if (capturedAtMs - firstMs >= untilMs) break
  }
  const some = frames.kept()
  return some.length > 0 ? { material: kept.material(), frames: some, settings } : undefined
}
