/** The frames of one source between its decoder and its reader: numbered, timed, held back or left out. */
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import { repeatGate } from '../core/repeat.js'
import { arrivalMs } from './capture-time.js'
import { DAMAGED_MS } from './corruption.js'
import type { SessionEnd, SessionHooks } from './decode-session.js'
import { plain } from './exit-cause.js'
import type { FfmpegChild } from './ffmpeg-child.js'
import { framesAhead } from './frames-ahead.js'

export interface ReadingOptions {
  readonly width: number
  /** A stream: its decoder is never held back. */
  readonly live: boolean
  onDiagnostic?(d: Diagnostic): void
  takeBuffer?(bytes: number): Uint8Array<ArrayBuffer>
}

export interface SourceReading {
  readonly hooks: SessionHooks
  /** Takes the end of the decoding. */
  finish(end: SessionEnd): void
  /** The next frame as soon as there is one; undefined after the last. */
  next(): Promise<Frame | undefined>
  /** After the last frame: throws what was wrong with the source. */
  throwIfBroken(): void
}

export function sourceReading(source: string, options: ReadingOptions): SourceReading {
  const { width, live, onDiagnostic = () => {} } = options
  const damage = { count: 0, first: '', untilMs: Number.NEGATIVE_INFINITY }
  let child: FfmpegChild | undefined
  let end: SessionEnd | undefined
  let seq = 0
  let startMs: number | undefined
  let positionMs = 0
  let resized = false
  const repeats = repeatGate(onDiagnostic)
  const ahead = framesAhead({
    live,
    pause: () => child?.stdout.pause(),
    resume: () => child?.stdout.resume(),
    onLeftOut: () =>
      repeats.pass(diagnostic('FW_OVERLOADED', source, 'frames of the stream are left out'), performance.now()),
  })

  const hooks: SessionHooks = {
    take: (bytes) => options.takeBuffer?.(bytes) ?? new Uint8Array(bytes),
    onStart(started) {
      child = started
    },
    onPicture({ pixels, line: { ptsUs, height } }) {
      const ms = live ? arrivalMs(ptsUs, Date.now()) : ptsUs / 1000
      startMs ??= live ? ms : 0
      // A picture without a time stands where the one before it does; none stands before the start.
      if (!Number.isNaN(ms)) positionMs = Math.max(0, ms - startMs)
      const damaged = positionMs < damage.untilMs
      ahead.push({ cameraId: source, seq: seq++, capturedAtMs: positionMs, width, height, pixels, damaged })
    },
    onCorruption(line) {
      if (damage.count++ === 0) damage.first = plain(line)
      damage.untilMs = positionMs + DAMAGED_MS
    },
    onResize() {
      const text = 'the picture has another shape; it is scaled into the first one'
      if (!resized) onDiagnostic(diagnostic('FW_CAMERA_RESIZED', source, text))
      resized = true
    },
  }

  return {
    hooks,
    finish(how) {
      end = how
      ahead.end()
    },
    async next() {
      const frame = await ahead.next()
      repeats.flush(performance.now())
      return frame
    },
    throwIfBroken() {
      repeats.flush(Number.POSITIVE_INFINITY)
      throwIfBroken(source, end!, damage)
    },
  }
}

function throwIfBroken(
  source: string,
  { cause, frames, rc }: SessionEnd,
  damage: { count: number; first: string },
): void {
  const ended = cause === undefined || (cause.code === 'FW_CAMERA_ENDED' && frames > 0)
  if (!ended) throw new FwError(cause.code, `${source}: ${cause.text}`)
  if (damage.count > 0) {
    const text = `${source}: ${frames} frames decoded, data damaged ${damage.count} times (${damage.first})`
    throw new FwError('FW_CAMERA_DATA', text)
  }
  if (rc !== 0) {
    throw new FwError('FW_CAMERA_DATA', `${source}: ${frames} frames decoded, then ffmpeg gave up with exit code ${rc}`)
  }
}
