import { expect, test } from 'vitest'
import { isCorruption } from '../../src/camera/corruption.js'
import { exitCause, plain } from '../../src/camera/exit-cause.js'

const ok = { rc: 0, signal: null }
const one = { rc: 1, signal: null }

/** Lines as ffmpeg 4.1, 5.1 and 9.0 wrote them. */
test.each([
  [
    'FW_CAMERA_AUTH',
    one,
    [
      '[rtsp @ 0x5] [error] method DESCRIBE failed: 401 Unauthorized',
      'rtsp://x: Server returned 401 Unauthorized (authorization failed)',
    ],
  ],
  [
    'FW_CAMERA_NOT_FOUND',
    one,
    ['[rtsp @ 0x5] [error] method DESCRIBE failed: 404 Not Found', 'Server returned 404 Not Found'],
  ],
  [
    'FW_CAMERA_REFUSED',
    one,
    ['[tcp @ 0x5] [error] Connection to tcp://127.0.0.1:1?timeout=0 failed: Connection refused'],
  ],
  ['FW_CAMERA_DNS', one, ['[tcp @ 0x5] [error] Failed to resolve hostname nowhere: Name or service not known']],
  ['FW_CAMERA_UNREACHABLE', one, ['rtsp://10.9.9.9: No route to host']],
  ['FW_CAMERA_TIMEOUT', one, ['rtsp://10.9.9.9: Connection timed out']],
  [
    'FW_CAMERA_AUDIO_ONLY',
    one,
    ["[fatal] Stream specifier ':v:0' in filtergraph description [0:v:0]null matches no streams."],
  ],
  ['FW_CAMERA_CODEC', one, ['[error] Decoder (codec none) not found for input stream #0:0']],
  ['FW_CAMERA_CODEC', one, ["[fatal] Unknown decoder 'h264_nvmpi'"]],
  ['FW_CAMERA_CODEC', one, ['[error] Device creation failed: -1.']],
  ['FW_SOURCE', one, ['/none.mp4: No such file or directory']],
  [
    'FW_CAMERA_DATA',
    one,
    ['[mov,mp4 @ 0x5] [error] moov atom not found', 'a.mp4: Invalid data found when processing input'],
  ],
  ['FW_CAMERA_ENDED', ok, []],
  ['FW_CAMERA_CRASH', { rc: null, signal: 'SIGSEGV' as const }, []],
  ['FW_CAMERA_REFUSED', { rc: 145, signal: null }, ['[error] Error opening input: Connection refused']],
  ['FW_FFMPEG_MISSING', { rc: null, signal: null, error: 'EACCES' }, []],
  ['FW_CAMERA_DATA', { rc: 183, signal: null }, ['something new']],
] as const)('%s', (code, end, stderr) => {
  expect(exitCause({ end, stderr, frames: 0 }).code).toBe(code)
})

test('damage on the way is no cause of an end', () => {
  const stderr = [
    '[h264 @ 0x5] [error] error while decoding MB 3 4',
    'Error while decoding stream #0:0: Invalid data found when processing input',
  ]
  expect(exitCause({ end: ok, stderr, frames: 90 })).toEqual({
    code: 'FW_CAMERA_ENDED',
    text: 'the stream ended after 90 frames',
  })
})

test('a line of stderr is reported without memory addresses, levels and credentials', () => {
  expect(plain('[rtsp @ 0x55ab] [error] rtsp://viewer:secret@10.0.0.1/cam: failed')).toBe(
    '[rtsp] rtsp://***@10.0.0.1/cam: failed',
  )
})

test.each([
  ['[rtsp @ 0x1] [warning] RTP: missed 3 packets', true],
  ['[rtsp @ 0x1] [warning] max delay reached. need to consume packet', true],
  ['[h264 @ 0x1] [error] left block unavailable for requested intra4x4 mode -1', true],
  ['[h264 @ 0x1] [error] cabac decode of qscale diff failed at 3 4', true],
  ['[h264 @ 0x1] [warning] corrupt decoded frame in stream 0', true],
  ['[warning] -vsync is deprecated. Use -fps_mode', false],
  ['[swscaler @ 0x1] [warning] deprecated pixel format used, make sure you did set range correctly', false],
  ['[mpeg4 @ 0x1] [warning] Failed to parse extradata', false],
  ['[rawvideo @ 0x1] [error] Application provided invalid, non monotonically increasing dts to muxer', false],
] as const)('%s: damage %s', (line, damage) => {
  expect(isCorruption(line)).toBe(damage)
})
