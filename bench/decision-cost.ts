/** What the decision costs a frame without networks, with tamper and without: the same frames, one after the other, in one process. */
import type { FfmpegBuild } from '../src/camera/ffmpeg.js'
import { decodeSource } from '../src/camera/file.js'
import { DEFAULT_CAMERA } from '../src/config/defaults.js'
import { lightOf } from '../src/core/baseline/light.js'
import { lumaNoise } from '../src/core/baseline/noise.js'
import { priorsOf } from '../src/core/baseline/priors.js'
import { observes } from '../src/core/decide.js'
import type { Frame } from '../src/core/frame.js'
import { lumaHistogram } from '../src/core/settle.js'
import type { Verdict } from '../src/core/verdict.js'
import { type JudgedFrame, judgedFrame, startWatch, watch, watchSettings } from '../src/core/watch.js'
import { CLIP } from './clips.js'

export interface DecisionCost {
  /** CPU a frame, ms. */
  readonly withTamper: number
  readonly without: number
  readonly frames: number
}

/** Loops are sought among the last five minutes: what it costs is measured after them. */
const FILL_S = 320
const MEASURED_S = 80
/** Any will do: they cost the same. */
const THRESHOLDS = { suspicious: -0.5, flagged: 0 }
const VERDICT: Verdict = { kind: 'clean', score: { logit: -2, screenLogit: -2, p: 0.5 }, passes: 0 }

export async function decisionCost(clip: string, ffmpeg: FfmpegBuild): Promise<DecisionCost> {
  const settings = watchSettings(DEFAULT_CAMERA, { thresholds: THRESHOLDS, priors: priorsOf(THRESHOLDS) })
  const [tampered, plain] = [decided(judgedFrame), decided(untampered)]
  let seen = 0
  while (seen < (FILL_S + MEASURED_S) * CLIP.rate) {
    const source = { width: CLIP.width, ffmpeg, signal: new AbortController().signal }
    for await (const frame of decodeSource(clip, source)) {
      const atMs = (seen++ * 1_000) / CLIP.rate
      const measured = atMs >= FILL_S * 1_000
      // in turns: a cache that the first one has filled helps neither
      for (const one of seen % 2 === 0 ? [tampered, plain] : [plain, tampered])
        one.take({ ...frame, capturedAtMs: atMs }, measured)
    }
  }
  const frames = seen - FILL_S * CLIP.rate
  return { withTamper: tampered.spentMs() / frames, without: plain.spentMs() / frames, frames }

  function decided(measure: (frame: Frame, verdict: Verdict, observed: boolean) => JudgedFrame) {
    let state = startWatch()
    let spentMs = 0
    return {
      spentMs: () => spentMs,
      take(frame: Frame, counted: boolean): void {
        const before = process.cpuUsage()
        const observed = observes(state.decision, frame.capturedAtMs, CLIP.rate)
        state = watch(state, measure(frame, VERDICT, observed), settings, () => 'incident')[0]
        const { user, system } = process.cpuUsage(before)
        if (counted) spentMs += (user + system) / 1_000
      },
    }
  }
}

/** As `judgedFrame` of a clean frame, but for what is measured for tamper alone. */
function untampered(frame: Frame, verdict: Verdict, observed: boolean): JudgedFrame {
  return {
    ...{ atMs: frame.capturedAtMs, verdict, damaged: frame.damaged },
    ...{ histogram: lumaHistogram(frame), light: lightOf(frame) },
    ...(observed && { noise: lumaNoise(frame) }),
  }
}
