/** Looks at one camera for a person: what it sends, by which transport, how soon. */
import { FwError } from '../core/errors.js'
import type { CameraSettings } from '../core/settings.js'
import { type OpenedSource, openCameraSource } from './camera-source.js'
import { parseCameraUrl } from './camera-url.js'
import { decodeUntilEnd } from './decode-session.js'
import type { Cause } from './exit-cause.js'
import type { FfmpegBuild } from './ffmpeg.js'
import { type Streams, streamLines } from './stream-lines.js'

export type Transport = 'tcp' | 'udp'

/** One try; times in ms from the start of ffmpeg. `cause` undefined: it works. */
export interface TransportProbe {
  /** undefined: a file. */
  readonly transport?: Transport
  readonly cause?: Cause
  readonly firstFrameMs?: number
  readonly frames: number
  /** Frames a second as they came; undefined while too few came. */
  readonly measuredFps?: number
  /** Messages about lost or damaged data. */
  readonly damage: number
}

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

async function tryOnce(camera: Probed, transport: Transport | undefined, options: ProbeOptions) {
  const { ffmpeg, signal, lookMs = LOOK_MS } = options
  const seen = streamLines()
  let source: OpenedSource
  try {
    const settings = { ...camera, listen: false, transport: transport ?? 'tcp', frame: { width: WIDTH } } as const
    source = await openCameraSource(settings, ffmpeg, { decode: camera.decode, failures: 0, patient: false }, signal)
  } catch (error) {
    if (signal.aborted || !(error instanceof FwError)) throw error
    return { probe: { transport, cause: { code: error.code, text: error.message }, frames: 0, damage: 0 }, streams: {} }
  }
  const enough = new AbortController()
  const stop = AbortSignal.any([signal, enough.signal])
  const startedMs = performance.now()
  const stamps: number[] = []
  let damage = 0
  let firstMs: number | undefined
  const { firstFrameMs, stallMs } = camera.timeouts
  const argv = source.argv.map((word) => (word === 'repeat+level+warning' ? 'repeat+level+info' : word))
  const plan = {
    path: ffmpeg.path,
    argv,
    width: WIDTH,
    firstFrameMs,
    stallMs,
    endOnResize: false,
    explain: source.explain,
  }
  const hooks = {
    take: (bytes: number) => new Uint8Array(bytes),
    onLine: seen.line,
    onPicture({ line }: { line: { ptsUs: number } }) {
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
  const end = await decodeUntilEnd(plan, hooks, stop).finally(() => source.close())
  const ended = end.cause?.code === 'FW_CAMERA_ENDED' && end.frames > 0
  const probe = {
    transport,
    cause: ended ? undefined : end.cause,
    firstFrameMs: firstMs === undefined ? undefined : Math.round(firstMs - startedMs),
    frames: end.frames,
    measuredFps: rateOf(stamps),
    damage,
  }
  return { probe, streams: seen.streams() }
}

/** Of the second half: pictures of the probed first second may share one stamp, and the first may have none. */
function rateOf(stampsMs: readonly number[]): number | undefined {
  const late = stampsMs.slice(Math.floor(stampsMs.length / 2))
  const spanMs = late.at(-1)! - late[0]!
  return late.length < 5 || !(spanMs > 0) ? undefined : Math.round(((late.length - 1) * 10_000) / spanMs) / 10
}

/** What a person may want to do about it. */
function suggestions({ video }: Streams, tries: readonly TransportProbe[], ffmpeg: FfmpegBuild): string[] {
  const out: string[] = []
  const [tcp, udp] = (['tcp', 'udp'] as const).map((t) => tries.find((one) => one.transport === t))
  if (tcp?.cause !== undefined && udp !== undefined && udp.cause === undefined)
    out.push('Set transport: udp; TCP does not work.')
  if (udp !== undefined && udp.cause === undefined && udp.damage > 0)
    out.push(`Keep transport: tcp; UDP lost data ${udp.damage} times.`)
  if (tries.some((one) => one.cause?.code === 'FW_CAMERA_NOT_FOUND') && !tries.some((one) => one.cause === undefined)) {
    out.push("Look the stream's path up in the camera's manual or its ONVIF page; a second, smaller stream is usual.")
  }
  if (video !== undefined && video.width * video.height > 1280 * 720) {
    out.push(
      `Choose the camera's second stream: ${video.width}x${video.height} costs much to decode, and frames are judged at frame.width.`,
    )
  }
  const fps = tries.find((one) => one.measuredFps !== undefined)?.measuredFps
  if (fps !== undefined && fps < 5)
    out.push(`${fps} frames a second are few: an incident takes longer to be sure of. 10 or more are good.`)
  if (video !== undefined && !['h264', 'hevc', 'mjpeg'].includes(video.codec))
    out.push(`${video.codec} is unusual for a camera; H.264 is best tried.`)
  if (ffmpeg.origin === 'bundled')
    out.push('Install ffmpeg >= 5 (Debian: apt install ffmpeg); the one of the npm package is of 2018.')
  return out
}
