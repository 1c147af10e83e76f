/** One ffmpeg from start to end: its pictures, its timers, and in the end one cause. */
import { setInterval } from 'node:timers/promises'
import { isCorruption } from './corruption.js'
import { type Cause, exitCause } from './exit-cause.js'
import { type FfmpegChild, startFfmpeg } from './ffmpeg-child.js'
import { frameReader, type Picture } from './frame-reader.js'
import { timeLines } from './time-lines.js'

export interface SessionPlan {
  readonly path: string
  readonly argv: readonly string[]
  readonly width: number
  /** ms from the start to the first picture; undefined: no limit. */
  readonly firstFrameMs?: number
  /** ms without a picture after the first; undefined: no limit. */
  readonly stallMs?: number
  /** End when the stream's aspect changes; else go on, the picture scaled into its first shape. */
  readonly endOnResize: boolean
}

export interface SessionHooks {
  take(bytes: number): Uint8Array<ArrayBuffer>
  onPicture(picture: Picture): void
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
  const stderr: string[] = []
  const over = new AbortController()
  const startedMs = performance.now()
  let frames = 0
  let firstMs = 0
  let lastMs = 0
  let verdict: Cause | undefined
  let shape: string | undefined

  const child = startFfmpeg(plan.path, plan.argv, {
    onStderr: (line) => {
      hooks.onLine?.(line)
      stderr.push(line)
      if (stderr.length > KEPT_LINES) stderr.shift()
      if (isCorruption(line)) hooks.onCorruption(line)
    },
  })
  const endWith = (cause: Cause) => {
    verdict ??= cause
    over.abort()
  }
  /** Ended by us: what is still in the pipes is not wanted. By itself: every picture is. */
  const cutShort = () => verdict !== undefined || signal.aborted
  // A picture is handed on after this turn of the loop: what stderr said about it has been read by then.
  const whole: Picture[] = []
  const handOn = () => {
    for (const picture of whole.splice(0)) if (!cutShort()) hooks.onPicture(picture)
  }
  const reader = frameReader(plan.width, hooks.take, (picture) => {
    if (cutShort()) return
    if (shape !== undefined && picture.line.shape !== shape) {
      hooks.onResize()
      if (plan.endOnResize) return endWith({ code: 'FW_CAMERA_RESIZED', text: 'the picture has another shape' })
    }
    shape = picture.line.shape
    lastMs = performance.now()
    if (frames++ === 0) firstMs = lastMs
    if (whole.push(picture) === 1) setImmediate(handOn)
  })
  const parse = timeLines((line) => reader.line(line))
  const guarded = (work: () => void) => {
    try {
      work()
    } catch (error) {
      endWith({ code: 'FW_CAMERA_DATA', text: (error as Error).message })
    }
  }
  child.stdout.on('data', (chunk: Buffer) => guarded(() => reader.bytes(chunk)))
  child.times.setEncoding('latin1').on('data', (chunk: string) => guarded(() => parse(chunk)))
  hooks.onStart?.(child)

  const stop = () => over.abort()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const gone = child.closed.then(() => over.abort())
  await watch(over.signal, (nowMs) => {
    if (frames === 0 && plan.firstFrameMs !== undefined && nowMs - startedMs > plan.firstFrameMs) {
      const known = exitCause({ end: { rc: 0, signal: null }, stderr, frames })
      if (known.code !== 'FW_CAMERA_ENDED' && known.code !== 'FW_CAMERA_DATA') return endWith(known)
      endWith({ code: 'FW_CAMERA_TIMEOUT', text: `no picture within ${plan.firstFrameMs} ms (timeouts.first_frame)` })
    } else if (frames > 0 && plan.stallMs !== undefined && nowMs - lastMs > plan.stallMs) {
      hooks.onStall?.()
      endWith({ code: 'FW_CAMERA_STALLED', text: `no picture for ${plan.stallMs} ms (timeouts.stall)` })
    }
  })
  signal.removeEventListener('abort', stop)
  // Not `closed`: a child that closes by itself has ended `over`, and its own exit then is the cause.
  const end = await child.stop()
  await gone
  handOn()
  const cause = cutShort() ? verdict : exitCause({ end, stderr, frames })
  return { cause, frames, flowedMs: frames > 0 ? lastMs - firstMs : 0, rc: end.rc }
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
