/** One push of the cleaned stream, from reaching the server to its end. */
import type { Writable } from 'node:stream'
import { FwError } from '../core/errors.js'
import { parseCameraUrl, rtspUrl } from './camera-url.js'
import type { FfmpegBuild } from './ffmpeg.js'
import { startFfmpeg } from './ffmpeg-child.js'
import { type PushEnd, pushEnd } from './push-end.js'
import { reachServer } from './reach.js'
import { restreamArgs } from './restream-args.js'
import { openRtspRelay, type RtspRelay } from './rtsp-relay.js'

export interface PushTarget {
  /** rtsp:// or rtsps:// address of a server that takes a publisher (ANNOUNCE); no credentials inside. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** PEM of the authorities that may sign the server's certificate; undefined: the system's. */
  readonly ca?: string
  readonly width: number
  readonly height: number
  /** Pictures a second that will be written; a time for the encoder, not a limit. */
  readonly rate: number
  /** Until the server has answered. */
  readonly connectMs: number
  readonly ffmpeg: FfmpegBuild
}

export interface PushHooks {
  /** ffmpeg reads pictures from here; undefined: no longer. */
  onInput(input: Writable | undefined): void
  /** Fires when the server has read nothing for `stuckMs`. */
  readonly stuck: AbortSignal
  readonly stuckMs: number
}

const KEPT_LINES = 20

/**
 * Pushes until the server, ffmpeg or a signal ends it; the child is gone when this resolves. `undefined`: ended by `signal`.
 * The relay stands between in every case: it hears what the server says, and keeps the password out of the command line.
 */
export async function pushUntilEnd(
  target: PushTarget,
  hooks: PushHooks,
  signal: AbortSignal,
): Promise<PushEnd | undefined> {
  const { ffmpeg, width, height, rate } = target
  let opened: Opened
  try {
    opened = await open(target, signal)
  } catch (error) {
    if (signal.aborted) return undefined
    const text = error instanceof FwError ? error.message : `no relay: ${(error as Error).message}`
    return { cause: { code: 'FW_RESTREAM_REFUSED', text }, pushedMs: 0, login: false }
  }
  const { relay, origin, path } = opened
  const stderr: string[] = []
  const url = rtspUrl('127.0.0.1', relay.port, path)
  const child = startFfmpeg(ffmpeg.path, restreamArgs(ffmpeg, { width, height, rate, url }), {
    withInput: true,
    onStderr(line) {
      stderr.push(relay.addressed(line))
      if (stderr.length > KEPT_LINES) stderr.shift()
    },
  })
  child.stdout.resume()
  child.times.resume()
  const stop = () => void child.stop()
  for (const end of [signal, hooks.stuck]) end.addEventListener('abort', stop)
  if (signal.aborted) stop()
  hooks.onInput(child.stdin ?? undefined)
  const end = await child.closed
  hooks.onInput(undefined)
  for (const end of [signal, hooks.stuck]) end.removeEventListener('abort', stop)
  relay.close()
  if (signal.aborted) return undefined
  const stuckMs = hooks.stuck.aborted ? hooks.stuckMs : undefined
  return pushEnd({ origin, heard: relay.heard(), end, stderr, stuckMs, endedAtMs: performance.now() })
}

interface Opened {
  readonly relay: RtspRelay
  readonly origin: string
  readonly path: string
}

async function open({ url, username, password = '', ca, connectMs }: PushTarget, signal: AbortSignal): Promise<Opened> {
  const address = parseCameraUrl(url)
  if (address.kind !== 'rtsp') throw new FwError('FW_CAMERA_URL', 'a cleaned stream goes to rtsp:// or rtsps://')
  const reached = await reachServer(address, ca, connectMs, signal)
  const login = username === undefined ? undefined : { username, password }
  return { relay: await openRtspRelay({ ...reached, login }), origin: reached.origin, path: address.path }
}
