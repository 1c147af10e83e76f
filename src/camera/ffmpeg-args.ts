/** Command lines for ffmpeg, by version: pure, tested case by case. Figures and traps: measured on 4.1, 5.1 and 9.0. */
import type { Decode } from '../core/settings.js'
import { presetArgs } from './decode-preset.js'
import type { FfmpegBuild } from './ffmpeg.js'

type Version = Pick<FfmpegBuild, 'libavformat'>

/** What every decoder gives: I420 of this width, at most `rate` pictures a second (undefined: all). */
export interface PictureOutput {
  /** Pixels, a multiple of 8; the height follows from the stream's aspect. */
  readonly width: number
  readonly rate?: number
}

export interface LiveInput extends PictureOutput {
  /** rtsp://, by address, without credentials. */
  readonly url: string
  readonly transport: 'tcp' | 'udp'
  readonly decode: Decode
  /** Failed attempts so far; see presetArgs. */
  readonly attempt?: number
  /** Longest wait on the network, ms; ffmpeg's own timer is a backstop for ours. */
  readonly networkMs: number
  /** Look longer for the codec's parameters: for streams whose SDP holds none. */
  readonly patient?: boolean
}

/** `-loglevel warning`: lost RTP packets are reported no higher. */
const QUIET = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'repeat+level+warning']
/**
 * One thread for decoding, and one for the raw "encoders" of both outputs, which have frame threads since 5.0: each
 * holds a picture back by one more frame. Arrival to Node at 15/s: 202 ms with neither; with the first alone 134 on 5.1
 * and 200 on 9.0; with both 67, which is one frame: the parser waits for the next one's start.
 */
const ONE_THREAD = ['-threads', '1']
const RTSP_PROTOCOLS = 'rtsp,rtp,udp,tcp'

/** ffmpeg as client of an RTSP camera. */
export function liveArgs(version: Version, input: LiveInput): string[] {
  // Up to 4.x `-timeout` of RTSP means: listen. From 5.0 `-stimeout` is unknown.
  const timeout = version.libavformat < 59 ? '-stimeout' : '-timeout'
  return [
    ...QUIET,
    ...ONE_THREAD,
    ...presetArgs(input.decode, input.attempt),
    ...['-protocol_whitelist', RTSP_PROTOCOLS, '-rtsp_transport', input.transport],
    ...[timeout, String(input.networkMs * 1000)],
    ...probing(input.patient),
    ...arrivalTimes,
    ...['-i', input.url],
    ...pictureOutputs(version, input),
  ]
}

/** ffmpeg as the server that one camera pushes to. It takes one publisher and ends with it. */
export function listenArgs(version: Version, input: Omit<LiveInput, 'transport' | 'networkMs'>): string[] {
  return [
    ...QUIET,
    ...ONE_THREAD,
    ...presetArgs(input.decode, input.attempt),
    // 9.0 refuses its own default for listen_timeout. Seconds; our timer is far shorter.
    ...['-protocol_whitelist', RTSP_PROTOCOLS, '-rtsp_flags', 'listen', '-listen_timeout', '3600'],
    ...probing(input.patient),
    ...arrivalTimes,
    ...['-i', input.url],
    ...pictureOutputs(version, input),
  ]
}

/** A recorded file at its own speed, again and again: a camera for trials. */
export function fileCameraArgs(version: Version, input: PictureOutput & { path: string; decode: Decode }): string[] {
  return [
    ...QUIET,
    ...ONE_THREAD,
    ...presetArgs(input.decode),
    ...['-re', '-stream_loop', '-1'],
    ...fileInput(input.path),
    ...pictureOutputs(version, input),
  ]
}

/** A file as fast as the machine can, each frame once. Times start at 0. */
export function fileArgs(version: Version, input: PictureOutput & { path: string }): string[] {
  return [...QUIET, ...['-threads', '2'], ...fileInput(input.path), ...pictureOutputs(version, input)]
}

/**
 * Containers and raw streams of recordings. Playlists, which name other files, stay out, and so does text, which
 * ffmpeg would show as a terminal.
 */
const FORMATS =
  'mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,vvc,m4v,mjpeg,ivf,av1,obu,flv,asf,ogg,mxf,gif,apng,' +
  'yuv4mpegpipe,rm,dv,h263,vc1,' +
  'image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,tiff_pipe,wav,mp3,aac,flac'
const STILL = /\.(jpe?g|png|bmp|webp|tiff?|ppm|pgm)$/i

/** `path` is absolute: a colon or a dash in it means nothing. pattern_type none keeps `%d` in the name of a picture. */
function fileInput(path: string): string[] {
  const still = STILL.test(path) ? ['-f', 'image2', '-pattern_type', 'none'] : []
  return ['-protocol_whitelist', 'file', '-format_whitelist', FORMATS, ...still, '-i', path]
}

function probing(patient = false): string[] {
  // 0.7 s to the first frame instead of 2.0 with ffmpeg's defaults.
  const [bytes, micros] = patient ? ['5000000', '5000000'] : ['65536', '500000']
  return ['-probesize', bytes, '-analyzeduration', micros, '-fpsprobesize', '0']
}

const arrivalTimes = ['-use_wallclock_as_timestamps', '1', '-copyts']

/**
 * Pictures on stdout and, on fd 3, one framecrc line for each: `stream, dts, pts, duration, size, crc`.
 * The second output is 2 pixels wide, so its size is 3 bytes a row and tells the height of the picture; its content
 * depends on that height alone, so its checksum changes when the stream's aspect changes, although ffmpeg then
 * scales both outputs back to their first size (seen on 4.1, 5.1 and 9.0). A new size of the same aspect is invisible.
 */
function pictureOutputs(version: Version, size: PictureOutput): string[] {
  // Without passthrough, frames are doubled and dropped. -vsync is gone in 9.0, -fps_mode is there since 5.1.
  const everyFrame = [version.libavformat < 60 ? '-vsync' : '-fps_mode', 'passthrough']
  // Without this time base, times are rounded to 1/fps.
  const micros = ['-enc_time_base', '1:1000000']
  return [
    ...['-filter_complex_threads', '1', '-filter_complex', filterGraph(size)],
    ...['-map', '[v]', ...everyFrame, ...micros, ...ONE_THREAD, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'],
    ...['-map', '[t]', ...everyFrame, ...micros, ...ONE_THREAD, '-f', 'framecrc', '-flush_packets', '1', 'pipe:3'],
  ]
}

function filterGraph({ width, rate }: PictureOutput): string {
  const limit = rate === undefined ? '' : `${rateLimit(rate)},`
  const scale = `scale=w=${width}:h='max(8,trunc(ow/a/8+0.5)*8)':flags=fast_bilinear:out_range=tv:out_color_matrix=bt601`
  return `[0:v:0]${limit}${scale},format=yuv420p,split=2[v][b];[b]crop=2:ih:0:0,lutyuv=y='mod(h,251)':u='floor(h/251)':v=128[t]`
}

/**
 * A token bucket of three: a network that delivers in bursts loses no frame, the mean stays at `rate` + 2 %.
 * Variables: 0 tokens, 1 time of the last frame, 2 started. A frame without a time passes.
 */
function rateLimit(rate: number): string {
  const refill = `st(0,min(3,if(ld(2),ld(0)+max(0,t-ld(1))*${(rate * 1.02).toFixed(3)},1)));st(1,t);st(2,1)`
  return `select='if(isnan(t),1,${refill};if(gte(ld(0),1),st(0,ld(0)-1);1,0))'`
}
