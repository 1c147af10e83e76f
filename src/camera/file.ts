/** Frames of a file, a picture or a stream for work at its own pace: nothing dropped, the decoder waits for the reader. */
import { access, constants, stat } from 'node:fs/promises'
import type { Diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import { type OpenedSource, openCameraSource } from './camera-source.js'
import { parseCameraUrl } from './camera-url.js'
import { decodeUntilEnd, type SessionPlan } from './decode-session.js'
import type { FfmpegBuild } from './ffmpeg.js'
import { fileArgs } from './ffmpeg-args.js'
import { sourceReading } from './source-reading.js'

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
  /** PEM of the authorities that may sign an rtsps:// source's certificate; undefined: the system's. */
  readonly ca?: string
  /** tcp where nothing else is said. */
  readonly transport?: 'tcp' | 'udp'
  onDiagnostic?(d: Diagnostic): void
  /** A buffer of this many bytes that the reader no longer needs; undefined: allocated. */
  takeBuffer?(bytes: number): Uint8Array
}

const LIVE_TIMEOUTS = { connectMs: 10_000, firstFrameMs: 20_000, stallMs: 10_000 }

/**
 * Every frame of `source`: a video file, a still picture, a raw .h264/.h265/.mjpeg stream (25 frames a second assumed),
 * or an rtsp(s):// address. `capturedAtMs` counts from the start of the source. Throws after the last frame that
 * decodes: FW_SOURCE (not readable), FW_CAMERA_DATA (cut short or damaged), FW_CAMERA_AUDIO_ONLY, FW_CAMERA_CODEC …
 * A new shape in mid-stream goes on, scaled into the first one, and is reported once: FW_CAMERA_RESIZED. Only of a live
 * stream that outruns its reader frames are left out: `seq` has gaps then, and FW_OVERLOADED says how many.
 */
export async function* decodeSource(source: string, options: DecodeOptions): AsyncGenerator<Frame, void, undefined> {
  const { signal } = options
  signal.throwIfAborted()
  const { plan, live, close } = await open(source, options)
  const over = new AbortController()
  const stop = () => over.abort()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  const reading = sourceReading(source, { ...options, live })
  const session = decodeUntilEnd(plan, reading.hooks, over.signal).then(reading.finish)
  try {
    for (let frame = await reading.next(); frame !== undefined; frame = await reading.next()) {
      signal.throwIfAborted()
      yield frame
    }
    signal.throwIfAborted()
    reading.throwIfBroken()
  } finally {
    signal.removeEventListener('abort', stop)
    over.abort()
    await session
    close()
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
  const { username, password, ca, transport = 'tcp' } = options
  const camera = {
    url: source,
    listen: false,
    username,
    password,
    ca,
    transport,
    frame: { width, rate },
    timeouts: LIVE_TIMEOUTS,
  } as const
  const opened: OpenedSource = await openCameraSource(
    camera,
    ffmpeg,
    { decode: 'none', failures: 0, patient: false },
    signal,
  )
  const { argv, explain, close } = opened
  return { plan: { ...plan, ...LIVE_TIMEOUTS, argv, explain }, live: true, close }
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
