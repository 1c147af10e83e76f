/** Real partners for the camera tests: the npm package's ffmpeg, clips drawn by it, a publisher, a recorder of hooks. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FfmpegBuild } from '../../src/camera/ffmpeg.js'
import { camera } from '../fixtures/camera-settings.js'
import { freePort } from '../fixtures/daemon.js'

const installer = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }

/** The npm package's ffmpeg, the only one that is on every machine. */
export const bundled: FfmpegBuild = {
  path: installer.path,
  version: 'bundled',
  libavformat: 58,
  origin: 'bundled',
  why: 'a test',
  considered: [],
}

/** A program of test/fixtures in ffmpeg's place. */
export function fixture(name: string): FfmpegBuild {
  return { ...bundled, path: new URL(`../fixtures/${name}`, import.meta.url).pathname }
}

/** Runs ffmpeg to its end; arguments as one string, split at blanks. */
export async function ffmpeg(args: string): Promise<void> {
  await promisify(execFile)(bundled.path, ['-nostdin', '-v', 'error', '-y', ...args.split(' ')])
}

export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'framewarden-camera-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** Draws a clip: a test picture with sensor noise. H.264, 15 frames a second, a key frame each second. */
export async function drawClip(path: string, seconds: number, size = '320x180', more = ''): Promise<void> {
  const source = `testsrc2=size=${size}:rate=15,noise=alls=8:allf=t`
  const codec = '-c:v libx264 -preset ultrafast -tune zerolatency -g 15 -pix_fmt yuv420p'
  await ffmpeg(`-f lavfi -i ${source} -t ${seconds} ${codec}${more === '' ? '' : ` ${more}`} ${path}`)
}

/** Pushes a clip to a listening camera in real time; ends when the clip does or when killed. */
export function publish(clip: string, url: string, loop = true): ChildProcess {
  const again = loop ? ['-stream_loop', '-1'] : []
  const argv = [
    '-nostdin',
    '-v',
    'error',
    '-re',
    ...again,
    '-i',
    clip,
    '-c',
    'copy',
    '-f',
    'rtsp',
    '-rtsp_transport',
    'tcp',
    url,
  ]
  return spawn(bundled.path, argv, { stdio: 'ignore' })
}

/** Publishes until one publisher is taken: a listener that is not up yet refuses. Ends with `signal`. */
export async function publishUntil(clip: string, url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const child = publish(clip, url)
    const kill = () => child.kill('SIGKILL')
    signal.addEventListener('abort', kill)
    await once(child, 'close')
    signal.removeEventListener('abort', kill)
  }
}

/** Processes whose parent is this one and whose command line holds `mark`. */
export function childrenWith(mark: string): number[] {
  const found: number[] = []
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      if (Number(parent) === process.pid && line.includes(mark)) found.push(Number(pid))
    } catch {
      // It ended between readdir and read.
    }
  }
  return found
}

export { type Recorder, recorder } from './hooks-recorder.js'
export { camera, freePort }
