/** Frames as they come out of an encoder and a decoder: what a camera's compression leaves of a perturbation. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DecodeOptions, decodeSource } from '../camera/file.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'

/** What a camera's stream is taken for; said with each figure. */
export const CODEC = { name: 'H.264 CRF 23', crf: '23' } as const

/** `frames`: 1 or more of one size, encoded as one clip. Throws FW_SOURCE where this ffmpeg has no libx264, and what decoding throws. */
export async function throughCodec(
  frames: readonly Frame[],
  options: Pick<DecodeOptions, 'ffmpeg' | 'signal'>,
): Promise<Frame[]> {
  const folder = await mkdtemp(join(tmpdir(), 'framewarden-calibrate-'))
  try {
    const path = join(folder, 'clip.mp4')
    await encode(frames, path, options.ffmpeg.path)
    const decoded: Frame[] = []
    for await (const frame of decodeSource(path, { ...options, width: frames[0]!.width })) decoded.push(frame)
    return decoded
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function encode(frames: readonly Frame[], path: string, ffmpegPath: string): Promise<void> {
  const { width, height } = frames[0]!
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-framerate', '5', '-i', 'pipe:0']
  const colour = ['-color_range', 'tv', '-colorspace', 'smpte170m']
  const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', CODEC.crf, '-pix_fmt', 'yuv420p', ...colour]
  const child = spawn(ffmpegPath, ['-hide_banner', '-loglevel', 'error', ...raw, ...h264, path], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString('utf8')
  })
  child.stdin.on('error', () => {}) // ffmpeg ended early: its exit code and words tell
  const exited = once(child, 'close')
  for (const { pixels } of frames) child.stdin.write(pixels)
  child.stdin.end()
  const [code] = await exited
  if (code !== 0) throw new FwError('FW_SOURCE', `ffmpeg ended with ${code}: ${stderr.trim().slice(-300)}`)
}
