/** A camera's frames after decoding: judged by the networks, decided upon, reported, passed on. Owns the camera's evidence. */
import { randomBytes } from 'node:crypto'
import type { BaselineFacts } from '../core/baseline/baseline.js'
import type { Signal } from '../core/baseline/signals.js'
import { observes } from '../core/decide.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { DrillRequest } from '../core/drill.js'
import { type FwCode, FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { Incident } from '../core/incident.js'
import type { CameraSettings } from '../core/settings.js'
import { isTamper } from '../core/tamper/kinds.js'
import { uuidV7 } from '../core/uuid.js'
import type { Verdict } from '../core/verdict.js'
import { baselineFacts, judgedFrame, nextLook, riseOf, startWatch, watch, watchSettings } from '../core/watch.js'
import type { Engine } from '../inference/engine.js'
import type { Judged } from '../inference/inference-thread.js'
import type { AlertQueue } from './alert-queue.js'
import type { CameraBaseline } from './camera-baseline.js'
import { type CameraDrillParts, cameraDrill } from './camera-drill.js'
import type { Counters } from './counters.js'
import { judgeOptions } from './judge-options.js'
import type { RestreamGate } from './restream-gate.js'

export interface FrameJudgeParts {
  readonly engine: Pick<Engine, 'judge' | 'mode' | 'thresholds' | 'priors'>
  readonly counters: Counters
  readonly alerts: AlertQueue
  readonly cleaned: RestreamGate
  readonly past: CameraBaseline
  readonly pool: { give(pixels: Uint8Array): void }
  onDiagnostic(d: Diagnostic): void
  /** The networks answered, or failed. */
  onAnswer(): void
  onFailure(code: FwCode): void
  onDrill: CameraDrillParts['onDrill']
}

export interface FrameJudge {
  /**
   * One frame at a time, in their order; `capturedMs` is its capture on the monotonic clock. Never rejects for a failure of the
   * networks: the frame is unscored.
   */
  judge(frame: Frame, capturedMs: number): Promise<void>
  /** Takes thresholds, times and purifying of `camera` from the next frame on. */
  adjust(camera: CameraSettings): void
  /** Perturbed copies of frames are judged, too, for a while; what comes of it goes to `onDrill`. */
  drill(request: DrillRequest): Promise<void>
  /** No frames come any more for a while: a drill has failed. */
  interrupted(): void
  baseline(): BaselineFacts
  /** What was learned is on disk. */
  flush(): Promise<void>
}

const newId = () => uuidV7(Date.now(), randomBytes(10))

/** `openIncidents`: those that an earlier guard of this camera left open; they are carried on. */
export function frameJudge(
  camera: CameraSettings,
  openIncidents: readonly Incident[],
  parts: FrameJudgeParts,
): FrameJudge {
  const { engine, counters, alerts, cleaned, past, pool } = parts
  let settings = camera
  const watching = () => watchSettings(settings, engine)
  let state = startWatch(openIncidents)
  const incidentOpen = () => state.decision.incident !== undefined
  const drill = cameraDrill(camera.id, { ...parts, newId })

  function fail(error: Error): undefined {
    counters.failed()
    const code = error instanceof FwError ? error.code : 'FW_INFERENCE_FAILED'
    parts.onFailure(code)
    parts.onDiagnostic(diagnostic(code, camera.id, error.message))
  }

  function conclude(frame: Frame, verdict: Verdict, capturedMs: number): void {
    // two frames of three are no observation: their noise would be measured for nobody
    const observed = observes(state.decision, frame.capturedAtMs, settings.frame.rate)
    const [next, effects] = watch(state, judgedFrame(frame, verdict, observed), watching(), newId)
    state = next
    const purified = verdict.kind === 'perturbed' && settings.purify.enabled ? verdict.purified : undefined
    for (const effect of effects) {
      if (effect.type === 'incident') {
        alerts.add(effect.incident, frame, isTamper(effect.incident.kind) ? undefined : purified, { capturedMs })
        drill.end('incident')
      } else parts.onDiagnostic(diagnostic('FW_BASELINE_DRIFT', camera.id, driftText(effect.signal, effect.by)))
    }
    past.keep(state.baseline, performance.now())
    cleaned.forward(frame, purified ?? frame.pixels, incidentOpen())
  }

  return {
    async judge(frame, capturedMs) {
      state = { ...state, baseline: await past.of(frame, state.baseline) }
      const look = nextLook(state, watching(), frame.capturedAtMs)
      const options = judgeOptions(settings, engine.mode, { look, read: cleaned.wanted(incidentOpen()) })
      const copy = drill.copy(frame, settings)
      const answer: Judged | undefined = await engine.judge(frame, options).catch(fail)
      if (!answer) return pool.give(frame.pixels)
      parts.onAnswer()
      const nowMs = performance.now()
      const rise = riseOf(state, answer.verdict, watching(), frame.capturedAtMs)
      counters.judged(answer.verdict, rise, nowMs - capturedMs, nowMs)
      conclude(frame, answer.verdict, capturedMs)
      pool.give(frame.pixels)
      if (copy) await drill.judge(copy, capturedMs, settings)
    },
    adjust(next) {
      settings = { ...settings, detection: next.detection, tamper: next.tamper, purify: next.purify }
    },
    drill: (request) => drill.start(request, () => state),
    interrupted: () => drill.end('failed'),
    baseline: () => baselineFacts(state, watching()),
    flush: () => past.flush(state.baseline),
  }
}

const SIGNAL_WORDS: Readonly<Record<Signal, string>> = {
  screen: "the screen's score",
  chain: "the classifier's score",
  noise: 'the noise of the picture',
}

function driftText(signal: Signal, by: number): string {
  return `${SIGNAL_WORDS[signal]} has moved by ${by > 0 ? '+' : ''}${by.toFixed(2)} from the level that was learned; the new level is not learned`
}
