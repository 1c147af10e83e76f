/** The cleaned stream out: I420 in, H.264 pushed to an RTSP server. It never holds up the guard. */
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../core/backoff.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import { i420Bytes } from '../core/frame.js'
import { parseCameraUrl, rtspUrl } from './camera-url.js'
import { exitCause } from './exit-cause.js'
import type { FfmpegBuild } from './ffmpeg.js'
import { type FfmpegChild, startFfmpeg } from './ffmpeg-child.js'
import { resolveHost } from './reach.js'
import { restreamArgs } from './restream-args.js'

export interface RestreamOptions {
  /** rtsp:// address of a server that takes a publisher (ANNOUNCE); no credentials. */
  readonly url: string
  readonly width: number
  readonly height: number
  /** Pictures a second that will be written; a time for the encoder, not a limit. */
  readonly rate: number
  readonly ffmpeg: FfmpegBuild
  readonly signal: AbortSignal
  /** Whom its diagnostics are about, usually the camera; undefined: the address. */
  readonly subject?: string
  onDiagnostic?(d: Diagnostic): void
}

export interface Restream {
  /** Takes one whole picture and copies it; false: dropped, as the server is away or slow. */
  write(pixels: Uint8Array): boolean
  /** Ends the push and waits until its child is gone. */
  close(): Promise<void>
}

const KEPT_LINES = 20
/** A push that stood this long makes earlier trouble forgotten. */
const HEALTHY_MS = 10_000

/**
 * Opens the push and keeps it open, with backoff without end, until `close` or `signal`. Throws FW_CAMERA_URL for what
 * is no rtsp:// address; all later trouble is dropped pictures and a diagnostic a failure.
 */
export function openRestream(options: RestreamOptions): Restream {
  const address = parseCameraUrl(options.url)
  if (address.kind !== 'rtsp' || address.tls)
    throw new FwError('FW_CAMERA_URL', 'a cleaned stream goes to an rtsp:// address')
  const over = new AbortController()
  const stop = () => over.abort()
  options.signal.addEventListener('abort', stop)
  if (options.signal.aborted) stop()
  const bytes = i420Bytes(options.width, options.height)
  let child: FfmpegChild | undefined

  const pushOnce = async (): Promise<void> => {
    const stderr: string[] = []
    const ip = await resolveHost(address.host, over.signal)
    const url = rtspUrl(ip, address.port, address.path)
    const started = startFfmpeg(options.ffmpeg.path, restreamArgs(options.ffmpeg, { ...options, url }), {
      withInput: true,
      onStderr: (line) => {
        stderr.push(line)
        if (stderr.length > KEPT_LINES) stderr.shift()
      },
    })
    started.stdout.resume()
    started.times.resume()
    child = started
    const end = () => started.stop()
    over.signal.addEventListener('abort', end)
    if (over.signal.aborted) end()
    const ended = await started.closed
    over.signal.removeEventListener('abort', end)
    child = undefined
    const cause = exitCause({ end: ended, stderr, frames: 0 })
    if (!over.signal.aborted) throw new FwError(cause.code, `cleaned stream: ${cause.text}`)
  }

  const pushing = (async () => {
    for (let attempt = 0; !over.signal.aborted; attempt++) {
      const startedMs = performance.now()
      try {
        await pushOnce()
      } catch (error) {
        if (over.signal.aborted) break
        const { code, message } = error instanceof FwError ? error : new FwError('FW_INTERNAL', String(error))
        options.onDiagnostic?.(diagnostic(code, options.subject ?? options.url, message))
      }
      if (performance.now() - startedMs >= HEALTHY_MS) attempt = 0
      await sleep(backoffMs(attempt, Math.random()), undefined, { signal: over.signal }).catch(() => undefined)
    }
    options.signal.removeEventListener('abort', stop)
  })()

  return {
    write(pixels) {
      if (pixels.length !== bytes)
        throw new FwError('FW_INTERNAL', `a picture of ${pixels.length} bytes for a stream of ${bytes}`)
      const input = child?.stdin
      // One picture may wait beside the one that is being read; more would be delay.
      if (!input?.writable || input.writableLength > bytes) return false
      // The caller's buffer goes back to its pool at once, so the pipe gets its own.
      input.write(Buffer.from(pixels))
      return true
    },
    async close() {
      over.abort()
      await pushing
    },
  }
}
