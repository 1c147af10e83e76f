/** The clips that the bench plays, 640x360 at 15/s, a key frame a second; made by ffmpeg, nothing is downloaded. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FfmpegBuild } from '../src/camera/ffmpeg.js'
import { decodeSource } from '../src/camera/file.js'
import { readPattern } from '../src/camera/pattern-file.js'
import { DEFAULT_CAMERA } from '../src/config/defaults.js'
import { perturbation, tiled, UNIVERSAL_PATTERN } from '../src/core/perturbation.js'

const { width, rate } = DEFAULT_CAMERA.frame

export const CLIP = { width, height: (width * 9) / 16, rate, seconds: 40 } as const
/** Of the attack, in code values of 8-bit luma: plain on every frame behind the encoder. */
const EPSILON_255 = 16
/** What an attacked camera shows before: enough for a past of its own. */
const CLEAN_S = 20
/** Longer than any scene is measured. */
const ATTACKED_S = 600

const STREET = fileURLToPath(new URL('../assets/street.mp4', import.meta.url))

/** Arguments of ffmpeg that read a clip in real time, without end. */
export type Played = readonly string[]

export interface Clips {
  readonly quietPath: string
  /** Little noise: the screen finds no frame suspicious. About 0.5 Mbit/s. */
  readonly quiet: Played
  /**
   * The demo's street with the noise of a small sensor, smeared as cameras' own filters do: against what all cameras show, the
   * screen finds every frame suspicious, and C none perturbed. About 0.9 Mbit/s.
   */
  readonly noisy: Played
  /** The quiet clip for 20 s, then the same with a universal pattern of 16/255 put in before the encoder. */
  readonly attacked: Played
}

/** Writes the clips into `dir`. Throws where ffmpeg has no libx264. */
export async function makeClips(ffmpeg: FfmpegBuild, dir: string): Promise<Clips> {
  const path = (name: string) => join(dir, `${name}.mkv`)
  const { height, seconds } = CLIP
  const drawn = `testsrc2=size=${width}x${height}:rate=${rate}:duration=${seconds}`
  const steady = ['-b:v', '500k']
  await encode(
    ffmpeg,
    ['-f', 'lavfi', '-i', drawn, '-vf', 'gblur=sigma=1.2,noise=alls=3:allf=t'],
    steady,
    path('quiet'),
  )
  const smeared = `scale=${width}:${height},fps=${rate},noise=alls=8:allf=t,gblur=sigma=0.7`
  await encode(ffmpeg, ['-i', STREET, '-vf', smeared], ['-crf', '23'], path('noisy'))
  await encode(ffmpeg, RAW, steady, path('attacked'), perturbed(ffmpeg, path('quiet')))
  const parts = [
    `file '${path('quiet')}'\noutpoint ${CLEAN_S}`,
    ...Array(ATTACKED_S / seconds).fill(`file '${path('attacked')}'`),
  ]
  await writeFile(join(dir, 'attacked.txt'), `${parts.join('\n')}\n`)
  return {
    quietPath: path('quiet'),
    quiet: ['-re', '-stream_loop', '-1', '-i', path('quiet')],
    noisy: ['-re', '-stream_loop', '-1', '-i', path('noisy')],
    attacked: ['-re', '-f', 'concat', '-safe', '0', '-i', join(dir, 'attacked.txt')],
  }
}

const RAW = [
  '-f',
  'rawvideo',
  '-pix_fmt',
  'yuv420p',
  '-s',
  `${width}x${CLIP.height}`,
  '-framerate',
  `${rate}`,
  '-i',
  '-',
]

async function* perturbed(ffmpeg: FfmpegBuild, clip: string): AsyncGenerator<Uint8Array> {
  const pattern = perturbation(tiled(await readPattern(UNIVERSAL_PATTERN), width, CLIP.height), EPSILON_255)
  for await (const { pixels } of decodeSource(clip, { width, ffmpeg, signal: new AbortController().signal })) {
    pattern.addTo(pixels)
    yield pixels.slice() // the next frame may come into the same buffer
  }
}

/** `pictures`: I420, for an `input` of `RAW`. */
async function encode(
  { path: program }: FfmpegBuild,
  input: readonly string[],
  quality: readonly string[],
  path: string,
  pictures?: AsyncIterable<Uint8Array>,
): Promise<void> {
  const h264 = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-tune',
    'zerolatency',
    '-g',
    `${rate}`,
    '-pix_fmt',
    'yuv420p',
  ]
  const child = spawn(program, ['-hide_banner', '-loglevel', 'error', '-y', ...input, ...h264, ...quality, path], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const exited = once(child, 'exit')
  child.stdin.on('error', () => {}) // ffmpeg ended early: its exit code tells
  for await (const picture of pictures ?? [])
    if (!child.stdin.write(picture)) await Promise.race([once(child.stdin, 'drain'), exited])
  child.stdin.end()
  const [code] = await exited
  if (code !== 0) throw new Error(`ffmpeg ended with ${code} while it made ${path}`)
}
