import { describe, expect, test } from 'vitest'
import { fileArgs, fileCameraArgs, listenArgs, liveArgs } from '../../src/camera/ffmpeg-args.js'
import { restreamArgs } from '../../src/camera/restream-args.js'

const V4 = { libavformat: 58 }
const V5 = { libavformat: 59 }
const V9 = { libavformat: 63 }
const url = 'rtsp://10.0.0.12:554/stream2'
const live = { url, transport: 'tcp', decode: 'none', width: 640, rate: 15, networkMs: 5000 } as const

const HEAD = '-nostdin -hide_banner -nostats -loglevel repeat+level+warning -threads 1'
const PROBE = '-probesize 65536 -analyzeduration 500000 -fpsprobesize 0 -use_wallclock_as_timestamps 1 -copyts'
const LIMIT =
  "select='if(isnan(t),1,st(0,min(3,if(ld(2),ld(0)+max(0,t-ld(1))*15.300,1)));st(1,t);st(2,1);if(gte(ld(0),1),st(0,ld(0)-1);1,0))',"
const SCALE =
  "scale=w=640:h='max(8,trunc(ow/a/8+0.5)*8)':flags=fast_bilinear:out_range=tv:out_color_matrix=bt601,format=yuv420p,split=2[v][b];[b]crop=2:ih:0:0,lutyuv=y='mod(h,251)':u='floor(h/251)':v=128[t]"
const FORMATS =
  'mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,vvc,m4v,mjpeg,ivf,av1,obu,flv,asf,ogg,mxf,gif,apng,yuv4mpegpipe,rm,dv,h263,vc1,image2,jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,tiff_pipe,wav,mp3,aac,flac'

function outputs(passthrough: string, limit = LIMIT): string {
  const times = `${passthrough} passthrough -enc_time_base 1:1000000 -threads 1`
  return (
    `-filter_complex_threads 1 -filter_complex [0:v:0]${limit}${SCALE} ` +
    `-map [v] ${times} -f rawvideo -pix_fmt yuv420p pipe:1 -map [t] ${times} -f framecrc -flush_packets 1 pipe:3`
  )
}

describe('a whole command', () => {
  test.each([
    {
      name: 'TCP, ffmpeg 4: stimeout, as timeout would listen',
      argv: liveArgs(V4, live),
      command: `${HEAD} -protocol_whitelist rtsp,rtp,udp,tcp -rtsp_transport tcp -stimeout 5000000 ${PROBE} -i ${url} ${outputs('-vsync')}`,
    },
    {
      name: 'UDP, ffmpeg 5: timeout, as stimeout is unknown',
      argv: liveArgs(V5, { ...live, transport: 'udp' }),
      command: `${HEAD} -protocol_whitelist rtsp,rtp,udp,tcp -rtsp_transport udp -timeout 5000000 ${PROBE} -i ${url} ${outputs('-vsync')}`,
    },
    {
      name: 'ffmpeg 9: fps_mode, as vsync is gone',
      argv: liveArgs(V9, live),
      command: `${HEAD} -protocol_whitelist rtsp,rtp,udp,tcp -rtsp_transport tcp -timeout 5000000 ${PROBE} -i ${url} ${outputs('-fps_mode')}`,
    },
    {
      name: 'listen',
      argv: listenArgs(V4, live),
      command: `${HEAD} -protocol_whitelist rtsp,rtp,udp,tcp -rtsp_flags listen -listen_timeout 3600 ${PROBE} -i ${url} ${outputs('-vsync')}`,
    },
    {
      name: 'patient: parameters that are not in the SDP',
      argv: liveArgs(V5, { ...live, patient: true }),
      command: `${HEAD} -protocol_whitelist rtsp,rtp,udp,tcp -rtsp_transport tcp -timeout 5000000 ${PROBE.replace('65536', '5000000').replace('500000 -fps', '5000000 -fps')} -i ${url} ${outputs('-vsync')}`,
    },
    {
      name: 'a file as a camera',
      argv: fileCameraArgs(V4, { path: '/clips/a:b %d.mp4', decode: 'none', width: 640, rate: 15 }),
      command: `${HEAD} -re -stream_loop -1 -protocol_whitelist file -format_whitelist ${FORMATS} -i /clips/a:b %d.mp4 ${outputs('-vsync')}`,
    },
    {
      name: 'a file, every frame',
      argv: fileArgs(V4, { path: '/clips/a.h265', width: 640 }),
      command: `${HEAD.replace('threads 1', 'threads 2')} -protocol_whitelist file -format_whitelist ${FORMATS} -i /clips/a.h265 ${outputs('-vsync', '')}`,
    },
    {
      name: 'a still picture, whose name is no pattern',
      argv: fileArgs(V4, { path: '/clips/%d.PNG', width: 640 }),
      command: `${HEAD.replace('threads 1', 'threads 2')} -protocol_whitelist file -format_whitelist ${FORMATS} -f image2 -pattern_type none -i /clips/%d.PNG ${outputs('-vsync', '')}`,
    },
    {
      name: 'the cleaned stream out',
      argv: restreamArgs(V4, { url, width: 640, height: 360, rate: 15 }),
      command: `-nostdin -hide_banner -nostats -loglevel repeat+level+warning -protocol_whitelist pipe -f rawvideo -pix_fmt yuv420p -s 640x360 -framerate 15 -use_wallclock_as_timestamps 1 -i pipe:0 -an -vsync passthrough -enc_time_base 1:90000 -c:v libx264 -preset veryfast -tune zerolatency -threads 1 -pix_fmt yuv420p -x264-params fps=15 -g 30 -color_range tv -colorspace smpte170m -f rtsp -rtsp_transport tcp ${url}`,
    },
  ])('$name', ({ argv, command }) => {
    expect(argv.join(' ')).toBe(command)
  })
})

describe('a hardware preset stands before -i', () => {
  test.each([
    ['cuda', 0, '-hwaccel cuda'],
    ['vaapi', 0, '-hwaccel vaapi -hwaccel_device /dev/dri/renderD128'],
    ['v4l2m2m', 0, '-c:v h264_v4l2m2m'],
    ['v4l2m2m', 1, '-c:v hevc_v4l2m2m'],
    ['nvmpi', 0, '-c:v h264_nvmpi'],
    ['nvv4l2dec', 1, '-c:v hevc_nvv4l2dec'],
  ] as const)('%s, attempt %i: %s', (decode, attempt, words) => {
    expect(liveArgs(V5, { ...live, decode, attempt }).join(' ')).toContain(`${HEAD} ${words} -protocol_whitelist`)
  })
})
