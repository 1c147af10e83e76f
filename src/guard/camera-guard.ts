/** One camera in a guard: from its frames to verdicts, evidence over time, incident and alert. Owns that state. */
import { randomBytes } from 'node:crypto'
import { openRestream, type Restream } from '../camera/encode.js'
import type { FfmpegBuild } from '../camera/ffmpeg.js'
import { framePool } from '../camera/frame-pool.js'
import { superviseCamera } from '../camera/supervisor.js'
import type { CameraState } from '../core/camera-state.js'
import { boundOf, type DecisionSettings } from '../core/decide.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { Assignment, CameraBeat, EngineFacts, FromGuard } from '../core/guard-protocol.js'
import type { Incident } from '../core/incident.js'
import type { CameraSettings } from '../core/settings.js'
import { uuidV7 } from '../core/uuid.js'
import type { Verdict } from '../core/verdict.js'
import { judgedFrame, nextLook, startWatch, watch } from '../core/watch.js'
import type { Engine, JudgeOptions } from '../inference/engine.js'
import { alertBody } from './alert-body.js'
import type { EvidenceKeeper } from './evidence-keeper.js'
import { createLatencyWindow } from './latency.js'
import { latestFrame } from './latest-frame.js'
import { overload } from './overload.js'

export interface CameraGuardParts {
  readonly engine: Engine
  readonly facts: EngineFacts
  readonly ffmpeg: FfmpegBuild
  readonly evidence: EvidenceKeeper
  send(message: FromGuard): void
  /** The networks answered, or failed. */
  onAnswer(): void
  onFailure(): void
}

export interface CameraGuard {
  /** Takes the thresholds, times and purifying of `camera`; its stream goes on. */
  adjust(camera: CameraSettings): void
  beat(): CameraBeat
  judgingSinceMs(): number | undefined
  /** Ends the ffmpeg child and waits for the frame in judgement. */
  stop(): Promise<void>
}

/** Guards one camera until `stop`. Its open incident, if any, is carried on. */
export function guardCamera({ camera, openIncident }: Assignment, parts: CameraGuardParts): CameraGuard {
  const { engine, facts, ffmpeg, evidence, send } = parts
  const stopping = new AbortController()
  let { detection, purify } = camera
  let settings = decisionOf(camera)
  const latency = createLatencyWindow()
  const pool = framePool()
  let watched = startWatch(openIncident)
  let state: CameraState = 'connecting'
  let stateSinceMs = Date.now()
  let cause: Diagnostic | undefined
  let lastLogit: number | undefined
  let load = { sinceMs: Date.now(), frames: 0, dropped: 0 }
  const count = { frames: 0, flagged: 0, unscored: 0, connects: 0 }
  let restream: { readonly size: string; readonly push: Restream } | undefined
  /** Alerts leave in order, though their pictures take time. */
  let telling: Promise<void> = Promise.resolve()

  const wantsRestream = () =>
    camera.restream.url !== undefined && (camera.restream.when === 'always' || watched.decision.incident !== undefined)

  function judgeOptions(): JudgeOptions {
    // one run of the chain gives M(x); more passes only where somebody looks at the result
    const seen = wantsRestream() || nextLook(watched, settings).purify
    return {
      mode: detection.mode === 'auto' ? engine.mode : detection.mode,
      threshold: detection.threshold === 'auto' ? undefined : detection.threshold,
      purify: purify.enabled && seen,
      maxPasses: purify.maxPasses,
    }
  }

  async function judge(frame: Frame): Promise<void> {
    try {
      const { verdict, pixels } = await engine.judge(frame, judgeOptions())
      parts.onAnswer()
      count.frames++
      latency.add(Date.now(), Date.now() - frame.capturedAtMs)
      const whole: Frame = { ...frame, pixels }
      conclude(whole, verdict)
      forward(whole, verdict)
      pool.give(pixels)
    } catch (error) {
      count.frames++
      count.unscored++
      const text = error instanceof Error ? error.message : String(error)
      parts.onFailure()
      report(diagnostic(error instanceof FwError ? error.code : 'FW_INFERENCE_FAILED', camera.id, text))
    }
  }

  function conclude(frame: Frame, verdict: Verdict): void {
    lastLogit = verdict.score.logit
    if (verdict.kind === 'perturbed') count.flagged++
    const newId = () => uuidV7(Date.now(), randomBytes(10))
    const [next, effects] = watch(watched, judgedFrame(frame, verdict), settings, newId)
    watched = next
    for (const { incident } of effects) tell(incident, frame, verdict)
  }

  function tell(incident: Incident, frame: Frame, verdict: Verdict): void {
    // the buffer goes back to the pool: the pictures are made from a copy
    const before = frame.pixels.slice()
    const after = verdict.kind === 'perturbed' && purify.enabled ? verdict.purified : undefined
    telling = telling.then(async () => {
      const pictures = await evidence.keep(camera.id, incident, { ...frame, pixels: before }, after)
      send({
        type: 'alert',
        body: alertBody(camera.id, incident, frame.capturedAtMs, facts.model, pictures),
        incident,
      })
    })
  }

  function forward(frame: Frame, verdict: Verdict): void {
    const size = `${frame.width}x${frame.height}`
    if (restream && (!wantsRestream() || restream.size !== size)) {
      void restream.push.close()
      restream = undefined
    }
    if (!wantsRestream()) return
    restream ??= { size, push: openPush(frame) }
    const cleaned = verdict.kind === 'perturbed' && purify.enabled
    restream.push.write(cleaned ? verdict.purified : frame.pixels)
  }

  function openPush({ width, height }: Frame): Restream {
    const { url } = camera.restream
    const { rate } = camera.frame
    return openRestream({
      url: url!,
      width,
      height,
      rate,
      ffmpeg,
      signal: stopping.signal,
      subject: camera.id,
      onDiagnostic: report,
    })
  }

  function report(d: Diagnostic): void {
    send({ type: 'diagnostic', diagnostic: d })
  }

  const latest = latestFrame(judge, (frame) => pool.give(frame.pixels))
  const supervised = superviseCamera(
    camera,
    ffmpeg,
    {
      onFrame: (frame) => latest.offer(frame),
      onState(now, why) {
        if (now === 'connecting') count.connects++
        state = now
        stateSinceMs = Date.now()
        cause = why
        send({ type: 'state', camera: beat() })
      },
      onDiagnostic: report,
      takeBuffer: pool.take,
    },
    stopping.signal,
  )

  function beat(): CameraBeat {
    const [next, overloaded] = overload(
      load,
      camera.id,
      { frames: count.frames, dropped: latest.dropped() },
      Date.now(),
    )
    load = next
    if (overloaded) report(overloaded)
    const { fps, p50, p99 } = latency.read(Date.now())
    return {
      id: camera.id,
      state,
      stateSinceMs,
      cause,
      ...count,
      dropped: latest.dropped(),
      fps,
      lastLogit,
      evidenceNats: watched.decision.evidence.nats,
      evidenceBound: boundOf(settings),
      incidentOpen: watched.decision.incident !== undefined,
      latencyP50Ms: p50,
      latencyP99Ms: p99,
    }
  }

  return {
    adjust(next) {
      detection = next.detection
      purify = next.purify
      settings = decisionOf(next)
    },
    beat,
    judgingSinceMs: () => latest.judgingSinceMs(),
    async stop() {
      stopping.abort()
      await supervised
      await latest.stop()
      await telling
      await restream?.push.close()
    },
  }
}

function decisionOf({ detection, frame }: CameraSettings): DecisionSettings {
  const { falseAlarmsPerDay, clearAfterMs, raiseWithinMs } = detection
  return {
    falseAlarmsPerDay,
    clearAfterMs,
    raiseWithinMs: raiseWithinMs === 'auto' ? undefined : raiseWithinMs,
    rate: frame.rate,
  }
}
