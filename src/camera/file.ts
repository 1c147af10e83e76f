/** Frames of a file, a picture or a stream for work at its own pace: nothing dropped, the decoder waits for the reader. */
import { access, constants, stat } from 'node:fs/promises'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import { type OpenedSource, openCameraSource } from './camera-source.js'
import { parseCameraUrl } from './camera-url.js'
import { arrivalMs } from './capture-time.js'
import { DAMAGED_MS } from './corruption.js'
import { decodeUntilEnd, type SessionEnd, type SessionPlan } from './decode-session.js'
import { plain } from './exit-cause.js'
import type { FfmpegBuild } from './ffmpeg.js'
import { fileArgs } from './ffmpeg-args.js'
import type { FfmpegChild } from './ffmpeg-child.js'

export interface DecodeOptions {
  /** Pixels, a multiple of 8; the height follows from the source's aspect. */
  readonly width: number
  /** At most this many frames a second; undefined: all. */
  readonly rate?: number
  readonly ffmpeg: FfmpegBuild
  readonly signal: AbortSignal
  /** Of an rtsp:// source. */
  readonly username?: string
  readonly password?: string
  onDiagnostic?(d: Diagnostic): void
  /** A buffer of this many bytes that the reader no longer needs; undefined: allocated. */
  takeBuffer?(bytes: number): Uint8Array<ArrayBuffer>
}

/** Decoded ahead of the reader. */
const AHEAD = 4
const LIVE_TIMEOUTS = { connectMs: 10_000, firstFrameMs: 20_000, stallMs: 10_000 }

/**
 * Every frame of `source`: a video file, a still picture, a raw .h264/.h265/.mjpeg stream (25 frames a second assumed),
 * or an rtsp(s):// address. `capturedAtMs` counts from the start of the source. Throws after the last frame that
 * decodes: FW_SOURCE (not readable), FW_CAMERA_DATA (cut short or damaged), FW_CAMERA_AUDIO_ONLY, FW_CAMERA_CODEC …
 * A new shape in mid-stream goes on, scaled into the first one, and is told once: FW_CAMERA_RESIZED.
 */
export async function* decodeSource(source: string, options: DecodeOptions): AsyncGenerator<Frame, void, undefined> {
  const { signal } = options
  signal.throwIfAborted()
  const opened = await open(source, options)
  const over = new AbortController()
  const ahead: Frame[] = []
  const reading = { damage: 0, firstDamage: '', end: undefined as SessionEnd | undefined }
  let child: FfmpegChild | undefined
  let wake = () => {}
  let seq = 0
  let startMs: number | undefined
  let positionMs = 0
  let damagedUntilMs = Number.NEGATIVE_INFINITY
  let resized = false
  const hooks = {
    take: (bytes: number) => options.takeBuffer?.(bytes) ?? new Uint8Array(bytes),
    onStart(started: FfmpegChild) {
      child = started
    },
    onPicture({ pixels, line }: { pixels: Uint8Array<ArrayBuffer>; line: { ptsUs: number; height: number } }) {
      const ms = opened.live ? arrivalMs(line.ptsUs, Date.now()) : line.ptsUs / 1000
      startMs ??= opened.live ? ms : 0
      // A picture without a time stands where the one before it does; none stands before the start.
      positionMs = Number.isNaN(ms) ? positionMs : Math.max(0, ms - startMs)
      const damaged = positionMs < damagedUntilMs
      const { width } = options
      ahead.push({
        cameraId: source,
        seq: seq++,
        capturedAtMs: positionMs,
        width,
        height: line.height,
        pixels,
        damaged,
      })
      if (ahead.length >= AHEAD && !opened.live) child?.stdout.pause()
      wake()
    },
    onCorruption(line: string) {
      if (reading.damage++ === 0) reading.firstDamage = plain(line)
      damagedUntilMs = positionMs + DAMAGED_MS
    },
    onResize() {
      if (!resized)
        options.onDiagnostic?.(
          diagnostic('FW_CAMERA_RESIZED', source, 'the picture has another shape; it is scaled into the first one'),
        )
      resized = true
    },
  }
  const stop = () => over.abort()
  signal.addEventListener('abort', stop)
  const session = decodeUntilEnd(opened.plan, hooks, over.signal).then((end) => {
    reading.end = end
    wake()
  })
  try {
    while (true) {
      for (let frame = ahead.shift(); frame !== undefined; frame = ahead.shift()) {
        yield frame
        signal.throwIfAborted()
      }
      if (reading.end !== undefined) break
      const more = new Promise<void>((resolve) => {
        wake = resolve
      })
      child?.stdout.resume()
      await more
    }
    signal.throwIfAborted()
    throwIfBroken(source, reading.end, reading)
  } finally {
    signal.removeEventListener('abort', stop)
    over.abort()
    await session
    opened.close()
  }
}

interface Opened {
  readonly plan: SessionPlan
  readonly live: boolean
  close(): void
}

async function open(source: string, options: DecodeOptions): Promise<Opened> {
  const { ffmpeg, width, rate, signal } = options
  const address = parseCameraUrl(source)
  const plan = { path: ffmpeg.path, width, endOnResize: false }
  if (address.kind === 'file') {
    await readable(address.path)
    return {
      plan: { ...plan, argv: fileArgs(ffmpeg, { path: address.path, width, rate }) },
      live: false,
      close: () => {},
    }
  }
  const { username, password } = options
  const camera = {
    url: source,
    listen: false,
    username,
    password,
    transport: 'tcp',
    frame: { width, rate },
    timeouts: LIVE_TIMEOUTS,
  } as const
  const opened: OpenedSource = await openCameraSource(
    camera,
    ffmpeg,
    { decode: 'none', failures: 0, patient: false },
    signal,
  )
  const { argv, close } = opened
  return { plan: { ...plan, ...LIVE_TIMEOUTS, argv }, live: true, close }
}

async function readable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK)
    if ((await stat(path)).isDirectory()) throw new Error('a folder')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new FwError('FW_SOURCE', `${path}: ${code ?? message}`, { cause })
  }
}

function throwIfBroken(source: string, end: SessionEnd, reading: { damage: number; firstDamage: string }): void {
  const { cause, frames, rc } = end
  if (cause !== undefined && !(cause.code === 'FW_CAMERA_ENDED' && frames > 0))
    throw new FwError(cause.code, `${source}: ${cause.text}`)
  if (reading.damage > 0) {
    throw new FwError(
      'FW_CAMERA_DATA',
      `${source}: ${frames} frames decoded, data damaged ${reading.damage} times (${reading.firstDamage})`,
    )
  }
  if (rc !== 0)
    throw new FwError('FW_CAMERA_DATA', `${source}: ${frames} frames decoded, then ffmpeg gave up with exit code ${rc}`)
}
