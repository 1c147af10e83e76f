/** Pushes pictures as an RTSP camera does: H.264, RTSP over TCP, to whoever listens. */
import { createRequire } from 'node:module'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import ffmpegCommand from 'fluent-ffmpeg'
import { findFfmpeg } from '../camera/ffmpeg.js'

/** While nobody listens yet. */
const RETRY_MS = 300

export interface RtspPushOptions {
  /** rtsp://ADDRESS:PORT/PATH; an address, as the ffmpeg of the npm package crashes on host names. */
  readonly url: string
  readonly width: number
  readonly height: number
  /** Frames a second. */
  readonly rate: number
  /** Path of an ffmpeg with libx264. */
  readonly ffmpegPath: string
  readonly signal: AbortSignal
}

export interface RtspPush {
  /** Takes one I420 picture and copies it; false: dropped, nobody takes it at this moment. */
  write(pixels: Uint8Array): boolean
  /** Settles after `signal`, when no ffmpeg is left. */
  readonly done: Promise<void>
}

/** The ffmpeg of the npm package, which has libx264 for certain; on machines that it has none for, the one that decodes. */
export async function encoderPath(): Promise<string> {
  try {
    return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path
  } catch {
    return (await findFfmpeg()).path
  }
}

/** Opens the push, and opens it again whenever it ends, until `signal`. */
export function pushRtsp(options: RtspPushOptions): RtspPush {
  const { width, height, signal } = options
  const pictureBytes = (width * height * 3) / 2
  let input: PassThrough | undefined

  const pushing = (async () => {
    while (!signal.aborted) {
      input = new PassThrough({ highWaterMark: pictureBytes })
      await pushOnce(options, input)
      input = undefined
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
    }
  })()

  return {
    write(pixels) {
      // One picture waits beside the one that is being read; more would be delay.
      if (!input || input.writableLength >= pictureBytes) return false
      input.write(Buffer.from(pixels))
      return true
    },
    done: pushing,
  }
}

/** Resolves when this ffmpeg is gone, whatever the reason: the loop above opens the next. */
function pushOnce(
  { url, width, height, rate, ffmpegPath, signal }: RtspPushOptions,
  input: PassThrough,
): Promise<void> {
  return new Promise((resolve) => {
    const command = ffmpegCommand(input)
      .setFfmpegPath(ffmpegPath)
      .inputFormat('rawvideo')
      // Without these, ffmpeg reads up to 5 MB, a second of pictures, before it sends the first.
      .inputOptions(['-probesize', '32', '-analyzeduration', '0'])
      .inputOptions(['-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-framerate', String(rate)])
      .videoCodec('libx264')
      .outputOptions(['-preset', 'veryfast', '-tune', 'zerolatency', '-g', String(rate), '-crf', '23'])
      .outputOptions(['-pix_fmt', 'yuv420p', '-f', 'rtsp', '-rtsp_transport', 'tcp'])
      .output(url)
    const over = () => {
      signal.removeEventListener('abort', stop)
      input.destroy()
      resolve()
    }
    const stop = () => command.kill('SIGKILL')
    signal.addEventListener('abort', stop)
    command.on('error', over).on('end', over)
    // Before its start it looks at what ffmpeg can do, and cannot be killed meanwhile.
    command.on('start', () => signal.aborted && stop())
    command.run()
  })
}
