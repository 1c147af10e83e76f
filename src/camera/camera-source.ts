/** From a camera's settings to a command line: what must be resolved, reached and opened before ffmpeg starts. */
import { FwError } from '../core/errors.js'
import type { CameraSettings, Decode } from '../core/settings.js'
import { parseCameraUrl, type RtspAddress, rtspUrl } from './camera-url.js'
import type { Cause } from './exit-cause.js'
import type { FfmpegBuild } from './ffmpeg.js'
import { fileCameraArgs, listenArgs, liveArgs } from './ffmpeg-args.js'
import { reachServer, resolveHost } from './reach.js'
import { openRtspRelay } from './rtsp-relay.js'

/** What ffmpeg is started with. */
export interface OpenedSource {
  readonly argv: readonly string[]
  /** The cause of an end after `frames` pictures, as it is known here: ffmpeg may have spoken to a relay. */
  explain(cause: Cause, frames: number): Cause
  /** Frees what stands behind it. */
  close(): void
}

/** How this attempt differs from the first one. */
export interface Attempt {
  readonly decode: Decode
  /** Failures before a first frame, in a row. */
  readonly failures: number
  /** The last attempt did not find the codec's parameters. */
  readonly patient: boolean
}

/** The part of a camera's settings that finds it; `rate` undefined: every picture. */
export type SourceSettings = Pick<CameraSettings, 'url' | 'listen' | 'username' | 'password' | 'ca' | 'transport'> & {
  readonly frame: { readonly width: number; readonly rate?: number }
  readonly timeouts: Pick<CameraSettings['timeouts'], 'connectMs' | 'firstFrameMs' | 'stallMs'>
}

/**
 * Resolves and reaches the camera. Throws FW_CAMERA_URL, _DNS, _REFUSED, _UNREACHABLE, _TIMEOUT or _TLS, or the signal's
 * reason. Names are resolved anew at each attempt: a camera may move.
 */
export async function openCameraSource(
  camera: SourceSettings,
  ffmpeg: FfmpegBuild,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<OpenedSource> {
  const address = parseCameraUrl(camera.url)
  const picture = { width: camera.frame.width, rate: camera.frame.rate, decode: attempt.decode }
  const direct = { explain: (cause: Cause) => cause, close: () => {} }
  if (address.kind === 'file') return { argv: fileCameraArgs(ffmpeg, { ...picture, path: address.path }), ...direct }
  const input = { ...picture, attempt: attempt.failures, patient: attempt.patient }
  if (camera.listen) {
    const ip = await resolveHost(address.host, signal)
    if (address.tls) throw new FwError('FW_CAMERA_URL', 'a camera that pushes (listen) speaks rtsp://, not rtsps://')
    return { argv: listenArgs(ffmpeg, { ...input, url: rtspUrl(ip, address.port, address.path) }), ...direct }
  }
  const { url, transport, ...rest } = await openWay(camera, address, signal)
  // Longer than our own timers, which say better what happened.
  const networkMs = camera.timeouts.firstFrameMs + camera.timeouts.stallMs
  return { argv: liveArgs(ffmpeg, { ...input, url, transport, networkMs }), ...rest }
}

interface Way extends Pick<OpenedSource, 'explain' | 'close'> {
  readonly url: string
  readonly transport: 'tcp' | 'udp'
}

async function openWay(camera: SourceSettings, address: RtspAddress, signal: AbortSignal): Promise<Way> {
  const { port, path, tls } = address
  const reached = await reachServer(address, camera.ca, camera.timeouts.connectMs, signal)
  const { ip, origin } = reached
  const { username, password = '' } = camera
  if (!tls && username === undefined) {
    // Only tried: ffmpeg connects by itself.
    reached.server.destroy()
    return { url: rtspUrl(ip, port, path), transport: camera.transport, explain: (cause) => cause, close: () => {} }
  }
  const login = username === undefined ? undefined : { username, password }
  const relay = await openRtspRelay({ ...reached, login })
  return {
    url: rtspUrl('127.0.0.1', relay.port, path),
    // Inside TLS the pictures can only be interleaved.
    transport: tls ? 'tcp' : camera.transport,
    explain(cause, frames) {
      const { refused } = relay.heard()
      if (frames === 0 && refused !== undefined)
        return { code: 'FW_CAMERA_AUTH', text: `the camera at ${origin} ${refused}` }
      return { ...cause, text: relay.addressed(cause.text) }
    },
    close: relay.close,
  }
}
