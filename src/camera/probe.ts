/** Looks at one camera for a person: what it sends, by which transport, how soon. */
import { FwError } from '../core/errors.js'
import type { CameraSettings } from '../core/settings.js'
import { type OpenedSource, openCameraSource } from './camera-source.js'
import { parseCameraUrl } from './camera-url.js'
import { decodeUntilEnd } from './decode-session.js'
import type { FfmpegBuild } from './ffmpeg.js'
import { measuredRate } from './frame-rate.js'
import type { TimedPicture } from './frame-reader.js'
import { suggestions } from './probe-suggestions.js'
import { type Streams, streamLines } from './stream-lines.js'
import type { Transport, TransportProbe } from './transport-probe.js'

export interface CameraProbe extends Streams {
  readonly tries: readonly TransportProbe[]
  /** The first that works. */
  readonly works?: TransportProbe
  readonly suggestions: readonly string[]
}

export interface ProbeOptions {
  readonly ffmpeg: FfmpegBuild
  readonly signal: AbortSignal
  /** undefined: TCP, then UDP. */
  readonly transports?: readonly Transport[]
  /** How long to look at a stream that flows, ms. */
  readonly lookMs?: number
}

type Probed = Pick<CameraSettings, 'url' | 'username' | 'password' | 'ca' | 'decode'> & {
  readonly timeouts: Pick<CameraSettings['timeouts'], 'connectMs' | 'firstFrameMs' | 'stallMs'>
}

const LOOK_MS = 3000
const WIDTH = 320

/**
 * Opens the camera once by each transport and looks for a while. What fails is a cause in the result. Throws
 * FW_CAMERA_URL for an address that is none, or the signal's reason.
 */
export async function probeCamera(camera: Probed, options: ProbeOptions): Promise<CameraProbe> {
  const address = parseCameraUrl(camera.url)
  const transports = options.transports ?? ['tcp', 'udp']
  const ways = address.kind === 'file' ? [undefined] : address.tls ? (['tcp'] as const) : transports
  const tries: TransportProbe[] = []
  let streams: Streams = {}
  for (const transport of ways) {
    const tried = await tryOnce(camera, transport, options)
    options.signal.throwIfAborted()
    tries.push(tried.probe)
    streams = { ...tried.streams, ...streams }
    // The password does not get better by another transport, and cameras lock accounts.
    if (tried.probe.cause?.code === 'FW_CAMERA_AUTH') break
  }
  const works = tries.find((one) => one.cause === undefined)
  return { ...streams, tries, works, suggestions: suggestions(streams, tries, options.ffmpeg) }
}

interface Tried {
  readonly probe: TransportProbe
  readonly streams: Streams
}

async function tryOnce(camera: Probed, transport: Transport | undefined, options: ProbeOptions): Promise<Tried> {
  const { ffmpeg, signal } = options
  const settings = { ...camera, listen: false, transport: transport ?? 'tcp', frame: { width: WIDTH } } as const
  let source: OpenedSource
  try {
    source = await openCameraSource(settings, ffmpeg, { decode: camera.decode, failures: 0, patient: false }, signal)
  } catch (error) {
    if (signal.aborted || !(error instanceof FwError)) throw error
    return { probe: { transport, cause: { code: error.code, text: error.message }, frames: 0, damage: 0 }, streams: {} }
  }
  return await look(source, camera, transport, options).finally(() => source.close())
}

/** Decodes for a while and keeps what ffmpeg says of the streams. */
async function look(
  { argv, explain }: OpenedSource,
  { timeouts: { firstFrameMs, stallMs } }: Probed,
  transport: Transport | undefined,
  { ffmpeg, signal, lookMs = LOOK_MS }: ProbeOptions,
): Promise<Tried> {
  const seen = streamLines()
  const enough = new AbortController()
  const startedMs = performance.now()
  const stamps: number[] = []
  let damage = 0
  let firstMs: number | undefined
  const plan = {
    path: ffmpeg.path,
    argv: argv.map((word) => (word === 'repeat+level+warning' ? 'repeat+level+info' : word)),
    width: WIDTH,
    firstFrameMs,
    stallMs,
    endOnResize: false,
    explain,
  }
  const hooks = {
    take: (bytes: number) => new Uint8Array(bytes),
    onLine: seen.line,
    onPicture({ line }: TimedPicture) {
      const nowMs = performance.now()
      firstMs ??= nowMs
      stamps.push(line.ptsUs / 1000)
      if (nowMs - firstMs >= lookMs) enough.abort()
    },
    onCorruption() {
      damage++
    },
    onResize() {},
  }
  const { cause, frames } = await decodeUntilEnd(plan, hooks, AbortSignal.any([signal, enough.signal]))
  const ended = cause?.code === 'FW_CAMERA_ENDED' && frames > 0
  const probe = {
    transport,
    cause: ended ? undefined : cause,
    firstFrameMs: firstMs === undefined ? undefined : Math.round(firstMs - startedMs),
    frames,
    measuredFps: measuredRate(stamps),
    damage,
  }
  return { probe, streams: seen.streams() }
}
