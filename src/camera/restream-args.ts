/** The command line that encodes and pushes the cleaned stream. */
import type { FfmpegBuild } from './ffmpeg.js'

export interface RestreamSize {
  /** rtsp://, by address, without credentials. */
  readonly url: string
  readonly width: number
  readonly height: number
  readonly rate: number
}

/** I420 on stdin, stamped on arrival; H.264 with a key frame every two seconds, no B frames, pushed over TCP. */
export function restreamArgs(
  version: Pick<FfmpegBuild, 'libavformat'>,
  { url, width, height, rate }: RestreamSize,
): string[] {
  const everyFrame = [version.libavformat < 60 ? '-vsync' : '-fps_mode', 'passthrough']
  return [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'repeat+level+warning'],
    ...['-protocol_whitelist', 'pipe', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`],
    ...['-framerate', String(rate), '-use_wallclock_as_timestamps', '1', '-i', 'pipe:0'],
    ...['-an', ...everyFrame, '-enc_time_base', '1:90000'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-threads', '1', '-pix_fmt', 'yuv420p'],
    // x264 of 4.1 takes the time base for the rate, and then writes level 6.2, which hardware decoders refuse.
    ...['-x264-params', `fps=${rate}`],
    ...['-g', String(Math.max(1, Math.round(rate * 2))), '-color_range', 'tv', '-colorspace', 'smpte170m'],
    ...['-f', 'rtsp', '-rtsp_transport', 'tcp', url],
  ]
}
