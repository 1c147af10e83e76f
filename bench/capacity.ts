/** What each half can do alone: decoding without networks, networks without decoding. */
import { availableParallelism } from 'node:os'
import type { FfmpegBuild } from '../src/camera/ffmpeg.js'
import { decodeSource } from '../src/camera/file.js'
import { framePool } from '../src/camera/frame-pool.js'
import type { Frame } from '../src/core/frame.js'
import type { ModelSettings } from '../src/core/settings.js'
import { startEngine } from '../src/inference/engine.js'
import { CLIP } from './clips.js'

export interface Capacity {
  readonly framesPerS: number
  /** CPU of this process (and its ffmpeg, for decoding) a frame. */
  readonly cpuMsPerFrame: number
  readonly frames: number
}

/** Decodes the clip as fast as one ffmpeg can; its frames are read and given up. */
export async function decodeCapacity(clip: string, ffmpeg: FfmpegBuild): Promise<Capacity> {
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  let frames = 0
  for await (const _ of decodeSource(clip, { width: CLIP.width, ffmpeg, signal: new AbortController().signal }))
    frames++
  const wallMs = performance.now() - startedMs
  const spent = process.cpuUsage(cpu)
  return { frames, framesPerS: (frames * 1_000) / wallMs, cpuMsPerFrame: (spent.user + spent.system) / 1_000 / frames }
}

/** Judges the clip's frames on as many threads as there are cores, as guards do. */
export async function inferenceCapacity(clip: string, ffmpeg: FfmpegBuild, models: ModelSettings): Promise<Capacity> {
  const kept: Frame[] = []
  const source = { width: CLIP.width, ffmpeg, signal: new AbortController().signal, takeBuffer: framePool().take }
  for await (const frame of decodeSource(clip, source)) {
    kept.push(frame)
    if (kept.length === 150) break
  }
  const engine = await startEngine(models)
  const options = { mode: engine.mode, purify: false, maxPasses: 1 }
  await engine.grow(availableParallelism())
  const judge = async (frames: readonly Frame[]) => {
    const waiting = [...frames]
    const work = async () => {
      for (let frame = waiting.pop(); frame; frame = waiting.pop()) await engine.judge(frame, options)
    }
    await Promise.all(Array.from({ length: engine.threads() }, work))
  }
  await judge(kept.slice(0, 20))
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  const rounds = 4
  for (let round = 0; round < rounds; round++) await judge(kept)
  const wallMs = performance.now() - startedMs
  const spent = process.cpuUsage(cpu)
  await engine.close()
  const frames = rounds * kept.length
  return { frames, framesPerS: (frames * 1_000) / wallMs, cpuMsPerFrame: (spent.user + spent.system) / 1_000 / frames }
}
