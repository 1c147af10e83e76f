/** The frames of one source between its decoder and its reader: numbered, timed, held back or left out. */
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import { repeatGate } from '../core/repeat.js'
import { DAMAGED_MS } from './corruption.js'
import type { SessionEnd, SessionHooks } from './decode-session.js'
import { plain } from './exit-cause.js'
import type { FfmpegChild } from './ffmpeg-child.js'
import { framesAhead } from './frames-ahead.js'
import { AT_START, placed } from './source-position.js'

export interface ReadingOptions {
  readonly width: number
  /** A stream: its decoder is never held back. */
  readonly live: boolean
  onDiagnostic?(d: Diagnostic): void
  takeBuffer?(bytes: number): Uint8Array
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

/** What was wrong with the data; times are positions in the source. */
interface Damage {
  readonly count: number
  readonly first: string
  readonly untilMs: number
}

export function sourceReading(source: string, options: ReadingOptions): SourceReading {
  const { width, live, onDiagnostic = () => {} } = options
  const repeats = repeatGate(onDiagnostic)
  const leftOut = diagnostic('FW_OVERLOADED', source, 'frames of the stream are left out')
  const ahead = framesAhead({
    live,
    pause: () => decoder?.stdout.pause(),
    resume: () => decoder?.stdout.resume(),
    onLeftOut: () => repeats.pass(leftOut, performance.now()),
  })
  let damage: Damage = { count: 0, first: '', untilMs: Number.NEGATIVE_INFINITY }
  let position = AT_START
  let decoder: FfmpegChild | undefined
  let end: SessionEnd | undefined
  let [seq, resized] = [0, false]

  const hooks: SessionHooks = {
    take(bytes) {
      ahead.begun()
      return options.takeBuffer?.(bytes) ?? new Uint8Array(bytes)
    },
    onStart(started) {
      decoder = started
    },
    onPicture({ pixels, line: { ptsUs, height } }) {
      position = placed(position, ptsUs, { live, nowMs: Date.now() })
      const { positionMs } = position
      const damaged = positionMs < damage.untilMs
      ahead.push({ cameraId: source, seq: seq++, capturedAtMs: positionMs, width, height, pixels, damaged })
    },
    onCorruption(line) {
      const first = damage.count === 0 ? plain(line) : damage.first
      damage = { count: damage.count + 1, first, untilMs: position.positionMs + DAMAGED_MS }
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
      const error = brokenBy(source, end!, damage)
      if (error !== undefined) throw error
    },
  }
}

/** What kept a source from being read whole, and unharmed, to its end. */
function brokenBy(source: string, { cause, frames, rc }: SessionEnd, damage: Damage): FwError | undefined {
  const ended = cause === undefined || (cause.code === 'FW_CAMERA_ENDED' && frames > 0)
  if (!ended) return new FwError(cause.code, `${source}: ${cause.text}`)
  if (damage.count > 0) {
    const text = `${source}: ${frames} frames decoded, data damaged ${damage.count} times (${damage.first})`
    return new FwError('FW_CAMERA_DATA', text)
  }
  if (rc === 0) return undefined
  return new FwError('FW_CAMERA_DATA', `${source}: ${frames} frames decoded, then ffmpeg gave up with exit code ${rc}`)
}
