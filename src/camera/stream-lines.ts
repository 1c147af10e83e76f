/** What ffmpeg says about an input's streams at level info: there is no ffprobe beside the build of npm. */

export interface VideoStream {
  readonly codec: string
  readonly profile?: string
  readonly pixelFormat: string
  /** Of the pixels as encoded; frames always come out limited. */
  readonly range: 'limited' | 'full' | 'not said'
  readonly width: number
  readonly height: number
  /** As the stream says; undefined where it says nothing. */
  readonly fps?: number
}

export interface Streams {
  readonly video?: VideoStream
  readonly audio?: string
}

/** Collects `Stream #0:` lines of the input; those of the outputs come after `Stream mapping`. */
export function streamLines(): { line(text: string): void; streams(): Streams } {
  let video: VideoStream | undefined
  let audio: string | undefined
  let inputOver = false
  return {
    line(text) {
      if (/Stream mapping:|Output #\d/.test(text)) inputOver = true
      const [, kind, rest = ''] = /Stream #\d+:\d+.*?: (Video|Audio): (.*)/.exec(text) ?? []
      if (inputOver || kind === undefined) return
      if (kind === 'Video') video ??= parseVideo(rest)
      else audio ??= rest
    },
    streams: () => ({ video, audio }),
  }
}

/** `h264 (High) (avc1 / 0x31637661), yuv420p(tv, bt709), 640x360 [SAR 1:1 DAR 16:9], 15 fps, 90k tbn` */
export function parseVideo(text: string): VideoStream | undefined {
  const [first = '', pixels = '', ...rest] = text.split(/,\s*(?![^(]*\))/)
  const [, codec, profile] = /^(\S+)(?: \(([^)/]+)\))?/.exec(first) ?? []
  const size = rest.map((part) => /^(\d+)x(\d+)/.exec(part)).find((match) => match !== null)
  if (codec === undefined || !size) return undefined
  const fps = rest.map((part) => /^([\d.]+k?) fps/.exec(part)?.[1]).find((match) => match !== undefined)
  const pixelFormat = pixels.replace(/\(.*/, '')
  const range = /^yuvj|\(pc/.test(pixels) ? 'full' : /\(tv/.test(pixels) ? 'limited' : 'not said'
  const [width, height] = [Number(size[1]), Number(size[2])]
  return { codec, profile, pixelFormat, range, width, height, fps: fps === undefined ? undefined : Number(fps) }
}
