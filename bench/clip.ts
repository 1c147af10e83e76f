/** The clip that the bench plays: drawn by ffmpeg, 640x360, 15/s, with sensor-like noise; about 0.5 Mbit/s of H.264. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DEFAULT_CAMERA } from '../src/config/defaults.js'

const { width, rate } = DEFAULT_CAMERA.frame

export const CLIP = { width, height: (width * 9) / 16, rate, seconds: 40 } as const

/** Encodes the clip to `path` (Matroska, a key frame a second). */
export async function makeClip(ffmpeg: string, path: string): Promise<void> {
  const { width, height, rate, seconds } = CLIP
  const source = `testsrc2=size=${width}x${height}:rate=${rate}:duration=${seconds}`
  await promisify(execFile)(ffmpeg, [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', source],
    ...['-vf', 'gblur=sigma=1.2,noise=alls=3:allf=t', '-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency'],
    ...['-b:v', '500k', '-g', String(rate), '-pix_fmt', 'yuv420p', path],
  ])
}
