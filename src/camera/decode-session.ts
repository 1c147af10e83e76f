/** One ffmpeg from start to end: its pictures, its timers, and in the end one cause. */
import { setInterval } from 'node:timers/promises'
import { isCorruption } from './corruption.js'
import { type Cause, exitCause } from './exit-cause.js'
import { type FfmpegChild, startFfmpeg } from './ffmpeg-child.js'
import { type FrameReader, frameReader, type TimedPicture } from './frame-reader.js'
import { pictureFlow } from './picture-flow.js'
import { limitReached, type SessionLimits } from './session-limits.js'
import { timeLines } from './time-lines.js'

export interface SessionPlan extends SessionLimits {
  readonly path: string
  readonly argv: readonly string[]
  readonly width: number
  /** End when the stream's aspect changes; else go on, the picture scaled into its first shape. */
  readonly endOnResize: boolean
  /** The cause of an end after `frames` pictures as whoever opened the way to the camera knows it. */
  explain?(cause: Cause, frames: number): Cause
}

export interface SessionHooks {
  take(bytes: number): Uint8Array
  onPicture(picture: TimedPicture): void
  onCorruption(line: string): void
  onResize(): void
  onStart?(child: FfmpegChild): void
  /** Each line of stderr. */
  onLine?(line: string): void
  /** The stall timer has fired; the child is being ended. */
  onStall?(): void
}

/** `cause` undefined: ended because the signal said so. */
export interface SessionEnd {
  readonly cause: Cause | undefined
  readonly frames: number
  /** ms from the first to the last picture. */
  readonly flowedMs: number
  readonly rc: number | null
}

const TICK_MS = 200
/** A tick that comes this late says that this process was held up, not the camera. */
const HELD_UP_MS = 1000
const KEPT_LINES = 40

/** Runs until the stream ends, a timer fires or the signal says so; the child is gone when this resolves. Never rejects. */
export async function decodeUntilEnd(plan: SessionPlan, hooks: SessionHooks, signal: AbortSignal): Promise<SessionEnd> {
  const over = new AbortController()
  const stop = () => over.abort()
  let verdict: Cause | undefined
  const endWith = (cause: Cause) => {
    verdict ??= cause
    stop()
  }
  /** Ended by us: what is still in the pipes is not wanted. By itself: every picture is. */
  const cutShort = () => verdict !== undefined || signal.aborted

  const stderr: string[] = []
  const child = startFfmpeg(plan.path, plan.argv, {
    onStderr(line) {
      hooks.onLine?.(line)
      stderr.push(line)
      if (stderr.length > KEPT_LINES) stderr.shift()
      if (isCorruption(line)) hooks.onCorruption(line)
    },
  })
  const pictures = pictureFlow({
    onPicture: hooks.onPicture,
    onResize() {
      hooks.onResize()
      if (plan.endOnResize) endWith({ code: 'FW_CAMERA_RESIZED', text: 'the picture has another shape' })
    },
    over: cutShort,
  })
  readPictures(child, frameReader(plan.width, hooks.take, pictures.take), (error) =>
    endWith({ code: 'FW_CAMERA_DATA', text: error.message }),
  )
  hooks.onStart?.(child)

  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const gone = child.closed.then(stop)
  await watch(over.signal, (nowMs) => {
    const late = limitReached(pictures.flow(), plan, stderr, nowMs)
    if (late?.code === 'FW_CAMERA_STALLED') hooks.onStall?.()
    if (late !== undefined) endWith(late)
  })
  signal.removeEventListener('abort', stop)
  // Not `closed`: a child that closes by itself has ended `over`, and its own exit then is the cause.
  const end = await child.stop()
  await gone
  pictures.handOn()
  const { frames, firstMs, lastMs } = pictures.flow()
  const cause = cutShort() ? verdict : exitCause({ end, stderr, frames })
  const explained = cause === undefined ? undefined : (plan.explain?.(cause, frames) ?? cause)
  return { cause: explained, frames, flowedMs: lastMs - firstMs, rc: end.rc }
}

/** Reads both descriptors into `reader`; what it throws is reported, not thrown. */
function readPictures(child: FfmpegChild, reader: FrameReader, onError: (error: Error) => void): void {
  const parse = timeLines((line) => reader.line(line))
  const guarded = (work: () => void) => {
    try {
      work()
    } catch (error) {
      onError(error as Error)
    }
  }
  child.stdout.on('data', (chunk: Buffer) => guarded(() => reader.bytes(chunk)))
  child.times.setEncoding('latin1').on('data', (chunk: string) => guarded(() => parse(chunk)))
}

async function watch(over: AbortSignal, look: (nowMs: number) => void): Promise<void> {
  let lastMs = performance.now()
  try {
    for await (const _ of setInterval(TICK_MS, undefined, { signal: over })) {
      const nowMs = performance.now()
      if (nowMs - lastMs < HELD_UP_MS) look(nowMs)
      lastMs = nowMs
    }
  } catch (error) {
    if (!over.aborted) throw error
  }
}
