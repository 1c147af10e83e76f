/** The drill of a camera: perturbed copies of its frames, judged beside them, and what is told of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { observes } from '../core/decide.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import {
  type DrillEnd,
  type DrillRequest,
  type DrillResult,
  type DrillState,
  drillMs,
  drillStep,
  endDrill,
  isStaged,
  startDrill,
  tamperDrillStep,
} from '../core/drill.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { CameraSettings } from '../core/settings.js'
import { judgedFrame, nextLook, type WatchState, watchSettings } from '../core/watch.js'
import type { Engine } from '../inference/engine.js'
import type { AlertQueue } from './alert-queue.js'
import { drillPerturbation, type Perturb } from './drill-perturbation.js'
import { judgeOptions } from './judge-options.js'

export interface CameraDrillParts {
  readonly engine: Pick<Engine, 'judge' | 'mode' | 'thresholds' | 'priors'>
  readonly alerts: AlertQueue
  newId(): string
  /** After its alerts. */
  onDrill(id: string, result: DrillResult): void
  onDiagnostic(d: Diagnostic): void
}

export interface CameraDrill {
  /** Begins one on a camera whose state is `own()`; none while it has an incident, or another drill runs. */
  start(request: DrillRequest, own: () => WatchState): Promise<void>
  /** A perturbed copy of `frame`, where the drill has use for one. */
  copy(frame: Frame, settings: CameraSettings): Frame | undefined
  /** Judges a copy; never rejects. `capturedMs`: capture of its frame on the monotonic clock. */
  judge(copy: Frame, capturedMs: number, settings: CameraSettings): Promise<void>
  /** Ends the drill that runs, if one does. */
  end(how: DrillEnd): void
}

interface Running {
  readonly request: DrillRequest
  readonly perturb: Perturb
  readonly over: AbortController
  state: DrillState
  /** The last frame that was judged, for the alert that ends it. */
  last?: Frame
}

export function cameraDrill(cameraId: string, parts: CameraDrillParts): CameraDrill {
  const { alerts, onDrill } = parts
  let running: Running | undefined
  let starting = false

  function failed(error: unknown): undefined {
    const code = error instanceof FwError ? error.code : 'FW_INTERNAL'
    parts.onDiagnostic(diagnostic(code, cameraId, `drill: ${(error as Error).message}`))
  }

  function end(how: DrillEnd): void {
    if (!running) return
    const { request, state, over, last } = running
    running = undefined
    over.abort()
    const cleared = last && endDrill(state, last.capturedAtMs)
    if (cleared) alerts.add(cleared, last, undefined, { drill: true })
    const { frames, found } = state
    void alerts.drained().then(() => onDrill(request.id, { end: how, frames, found }))
  }

  return {
    async start(request, own) {
      if (running || starting) return onDrill(request.id, { end: 'failed', frames: 0 })
      starting = true
      const perturb = await drillPerturbation(request).catch(failed)
      starting = false
      if (!perturb) return onDrill(request.id, { end: 'failed', frames: 0 })
      if (own().decision.incident || own().tamper.incident) return onDrill(request.id, { end: 'incident', frames: 0 })
      const over = new AbortController()
      running = { request, perturb, over, state: startDrill(own()) }
      // rejects where it ended before
      sleep(drillMs(request.attack), undefined, { signal: over.signal })
        .then(() => end('time'))
        .catch(() => {})
    },
    copy(frame, { frame: { rate } }) {
      if (!running) return undefined
      const wanted =
        isStaged(running.request.attack) || observes(running.state.watch.decision, frame.capturedAtMs, rate)
      if (!wanted) return undefined
      return running.perturb(frame)
    },
    async judge(copy, capturedMs, settings) {
      const own = running
      if (!own) return
      try {
        const { state, changed, frame, purified } = await judged(own, copy, capturedMs, settings, parts)
        if (running !== own) return // over meanwhile
        own.state = state
        own.last = frame
        if (changed) alerts.add(changed, frame, purified, { drill: true })
      } catch (error) {
        failed(error)
        end('failed')
      }
    },
    end,
  }
}

async function judged(
  { state: drill, request }: Running,
  copy: Frame,
  capturedMs: number,
  settings: CameraSettings,
  { engine, newId }: CameraDrillParts,
) {
  const watching = watchSettings(settings, engine)
  if (isStaged(request.attack)) {
    const times = { capturedMs, judgedMs: performance.now() }
    const [state, changed] = tamperDrillStep(drill, copy, times, watching, newId)
    return { state, changed, frame: copy, purified: undefined }
  }
  const look = nextLook(drill.watch, watching, copy.capturedAtMs)
  const { verdict } = await engine.judge(copy, judgeOptions(settings, engine.mode, { look, read: false }))
  const times = { capturedMs, judgedMs: performance.now() }
  const [state, changed] = drillStep(drill, judgedFrame(copy, verdict), times, watching, newId)
  const purified = verdict.kind === 'perturbed' && settings.purify.enabled ? verdict.purified : undefined
  return { state, changed, frame: copy, purified }
}
