/** What a camera's beat says of its frames: counted once each, judged or unscored. */
import type { CameraReport } from '../core/camera-facts.js'
import type { Diagnostic } from '../core/diagnostic.js'
import type { Verdict } from '../core/verdict.js'
import { createLatencyWindow } from './latency.js'
import { overload } from './overload.js'

type Counted = Omit<CameraReport, 'id' | 'state' | 'cause' | 'connects' | 'baseline'>

export interface Counters {
  /** The networks answered `latencyMs` after the frame had come. `rise`: of its score over the camera's level. */
  judged(verdict: Verdict, rise: number | undefined, latencyMs: number, atMs: number): void
  /** The networks failed on a frame: it is unscored. */
  failed(): void
  /** No frame is expected until the camera is there again. */
  interrupted(): void
  /** `dropped`: frames that were given up for newer ones. A diagnostic where these were too many. */
  read(dropped: number, atMs: number): [Counted, Diagnostic | undefined]
}

/** `scored` is true from the first judged frame on, until between two reads all frames failed or the camera was away. */
export function createCounters(cameraId: string, startedAtMs: number): Counters {
  const latency = createLatencyWindow()
  const total = { frames: 0, flagged: 0, unscored: 0 }
  let sinceRead = { judged: 0, failed: 0 }
  let scored = false
  let last: Pick<Counted, 'score' | 'rise'> = {}
  let load = { sinceMs: startedAtMs, frames: 0, dropped: 0 }

  return {
    judged(verdict, rise, latencyMs, atMs) {
      total.frames++
      sinceRead.judged++
      if (verdict.kind === 'perturbed') total.flagged++
      // what the chain said last tells more than what it was not asked about
      if (verdict.kind !== 'suspicious') last = { score: verdict.score.logit, rise }
      latency.add(atMs, latencyMs)
    },
    failed() {
      total.frames++
      total.unscored++
      sinceRead.failed++
    },
    interrupted() {
      scored = false
      sinceRead = { judged: 0, failed: 0 }
    },
    read(dropped, atMs) {
      if (sinceRead.judged > 0) scored = true
      else if (sinceRead.failed > 0) scored = false
      sinceRead = { judged: 0, failed: 0 }
      const [next, overloaded] = overload(load, cameraId, { frames: total.frames, dropped }, atMs)
      load = next
      const { fps, p50, p99 } = latency.read(atMs)
      return [{ ...total, dropped, scored, fps, ...last, latencyP50Ms: p50, latencyP99Ms: p99 }, overloaded]
    },
  }
}
