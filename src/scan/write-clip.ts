/** A clip of I420 frames, encoded by ffmpeg as they come. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'

export interface ClipWriter {
  /** `pixels` in place of the frame's own; waits while the encoder is behind. */
  write(frame: Frame, pixels: Uint8Array): Promise<void>
  /** Throws FW_EVIDENCE_DISK with ffmpeg's own words where the clip is not whole. */
  end(): Promise<void>
}

/** Until two frames tell their distance. */
const ASSUMED_RATE = 25

/**
 * H.264 at CRF 18 in an MP4, all frames of the first one's size, at the constant rate that the first two frames have.
 * Frames of another size are refused by ffmpeg's own arithmetic, so the caller brings none.
 */
export function openClip(path: string, first: Frame, ffmpegPath: string): ClipWriter {
  let held: Buffer | undefined
  let child: ChildProcess | undefined
  let stderr = ''
  let exited: Promise<number | null> | undefined

  return {
    async write(frame, pixels) {
      if (frame === first) {
        held = Buffer.from(pixels)
        return
      }
      if (!child) await start(frame.capturedAtMs - first.capturedAtMs)
      await push(pixels)
    },
    async end() {
      if (!child) await start(0)
      child!.stdin!.end()
      const code = await exited
      if (code !== 0)
        throw new FwError('FW_EVIDENCE_DISK', `${path}: ffmpeg ended with ${code}: ${stderr.trim().slice(-300)}`)
    },
  }

  async function start(gapMs: number): Promise<void> {
    const rate = gapMs > 0 ? Math.min(120, Math.max(1, 1000 / gapMs)) : ASSUMED_RATE
    child = spawn(ffmpegPath, arguments_(path, first, rate), { stdio: ['pipe', 'ignore', 'pipe'] })
    child.stderr!.on('data', (text: Buffer) => {
      stderr += text.toString('utf8')
    })
    child.stdin!.on('error', () => {}) // ffmpeg ended early: its exit code and words tell
    exited = once(child, 'close').then(([code]) => code)
    await push(held!)
    held = undefined
  }

  async function push(pixels: Uint8Array): Promise<void> {
    if (child!.exitCode !== null || child!.stdin!.write(pixels)) return
    await Promise.race([once(child!.stdin!, 'drain'), exited])
  }
}

function arguments_(path: string, { width, height }: Frame, rate: number): string[] {
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-framerate', rate.toFixed(3)]
  const colour = ['-color_range', 'tv', '-colorspace', 'smpte170m']
  const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p', ...colour]
  return ['-hide_banner', '-loglevel', 'error', '-y', ...raw, '-i', 'pipe:0', ...h264, '-movflags', '+faststart', path]
}
