/**
 * `npm run street`: draws one round of the street and records it as assets/street.mp4, which the demo plays. About a minute.
 * Encoded by the ffmpeg of the npm package, on one thread: the same sources give the same file on every x86-64 machine.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { i420Bytes } from '../../src/core/frame.js'
import { STREET } from '../../src/demo/recording.js'
import { encoderPath } from '../../src/demo/rtsp-push.js'
import { createStreet } from './street.js'

/** At this quality the recording lies within 0.7 code values (RMS) of what was drawn, half of the noise that goes on top. */
const CRF = 15

const { path, width, height, rate, frames } = STREET
const input = [
  '-f',
  'rawvideo',
  '-pix_fmt',
  'yuv420p',
  '-s',
  `${width}x${height}`,
  '-framerate',
  String(rate),
  '-i',
  '-',
]
const codec = ['-c:v', 'libx264', '-preset', 'veryslow', '-crf', String(CRF), '-g', String(frames), '-threads', '1']
const plain = ['-fflags', '+bitexact', '-flags:v', '+bitexact', '-movflags', '+faststart']
const ffmpeg = spawn(await encoderPath(), ['-v', 'error', '-y', ...input, ...codec, ...plain, path], {
  stdio: ['pipe', 'inherit', 'inherit'],
})
const closed = once(ffmpeg, 'close')
const street = createStreet()
for (let frame = 0; frame < frames; frame++) {
  const pixels = new Uint8Array(i420Bytes(width, height))
  street.draw(frame / rate, pixels)
  if (!ffmpeg.stdin.write(pixels)) await once(ffmpeg.stdin, 'drain')
}
ffmpeg.stdin.end()
const [code] = await closed
if (code !== 0) throw new Error(`ffmpeg: exit code ${code}`)
console.log(`${path}: ${frames} frames, ${(await stat(path)).size} bytes`)
