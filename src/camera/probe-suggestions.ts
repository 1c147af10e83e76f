/** What a person may want to do about a camera that was probed. Pure. */
import type { FfmpegBuild } from './ffmpeg.js'
import type { Streams } from './stream-lines.js'
import type { TransportProbe } from './transport-probe.js'

/** Below this many frames a second an incident takes long to be sure of: evidence looks five times a second. */
const FEW_FPS = 5
/** 1280x720: more is decoded only to be scaled down. */
const MANY_PIXELS = 1280 * 720
const USUAL_CODECS = ['h264', 'hevc', 'mjpeg']

/** Sentences, the most pressing first. */
export function suggestions(
  { video }: Streams,
  tries: readonly TransportProbe[],
  ffmpeg: Pick<FfmpegBuild, 'origin'>,
): string[] {
  const [tcp, udp] = (['tcp', 'udp'] as const).map((t) => tries.find((one) => one.transport === t))
  const works = tries.some((one) => one.cause === undefined)
  const fps = tries.find((one) => one.measuredFps !== undefined)?.measuredFps
  const out: string[] = []
  if (tcp?.cause !== undefined && udp !== undefined && udp.cause === undefined)
    out.push('Keep transport: udp; TCP does not work.')
  if (udp !== undefined && udp.cause === undefined && udp.damage > 0)
    out.push(`Keep transport: tcp; UDP lost data ${times(udp.damage)}.`)
  if (!works && tries.some((one) => one.cause?.code === 'FW_CAMERA_NOT_FOUND'))
    out.push("Look the stream's path up in the camera's manual or its ONVIF page; a second, smaller stream is usual.")
  if (video !== undefined && video.width * video.height > MANY_PIXELS) {
    const size = `${video.width}x${video.height}`
    out.push(`Choose the camera's second stream: ${size} costs much to decode, and frames are judged at frame.width.`)
  }
  if (fps !== undefined && fps < FEW_FPS)
    out.push(`${fps} frames a second are few: an incident takes longer to be sure of. 10 or more are good.`)
  if (video !== undefined && !USUAL_CODECS.includes(video.codec))
    out.push(`${video.codec} is unusual for a camera; H.264 is best tried.`)
  if (ffmpeg.origin === 'bundled')
    out.push('Install ffmpeg >= 5 (Debian: apt install ffmpeg); the one of the npm package is of 2018.')
  return out
}

/** `once`, `12 times`. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
