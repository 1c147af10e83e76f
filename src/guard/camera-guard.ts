/** One camera in a guard: its stream, its judge, and what the daemon gets to know of both. */
import { openRestream } from '../camera/encode.js'
import type { FfmpegBuild } from '../camera/ffmpeg.js'
import { framePool } from '../camera/frame-pool.js'
import { superviseCamera } from '../camera/supervisor.js'
import type { CameraReport } from '../core/camera-facts.js'
import type { Diagnostic } from '../core/diagnostic.js'
import type { DrillRequest, DrillResult } from '../core/drill.js'
import type { FwCode } from '../core/errors.js'
import type { Assignment, EngineFacts, FromGuard } from '../core/guard-protocol.js'
import type { CameraSettings } from '../core/settings.js'
import type { Engine } from '../inference/engine.js'
import { alertQueue } from './alert-queue.js'
import { cameraBaseline } from './camera-baseline.js'
import { cameraSnapshot } from './camera-snapshot.js'
import { createCounters } from './counters.js'
import type { EvidenceKeeper } from './evidence-keeper.js'
import { frameJudge } from './frame-judge.js'
import { type RestreamGate, restreamGate } from './restream-gate.js'
import type { Turns } from './turns.js'

export interface CameraGuardParts {
  readonly engine: Engine
  /** On the engine's threads. */
  readonly turns: Turns
  readonly facts: EngineFacts
  readonly ffmpeg: FfmpegBuild
  readonly evidence: EvidenceKeeper
  readonly stateDir: string
  send(message: FromGuard): void
  /** The networks answered, or failed. */
  onAnswer(): void
  onFailure(code: FwCode): void
}

export interface CameraGuard {
  /** Takes the thresholds, times and purifying of `camera`; its stream goes on. */
  adjust(camera: CameraSettings): void
  /** Drills the camera; what comes of it is sent. */
  drill(request: DrillRequest): Promise<void>
  /** Keeps a picture of it as it is now, and reports where. */
  snapshot(): void
  beat(): CameraReport
  judgingSinceMs(): number | undefined
  /** Ends the ffmpeg children and waits for the frame in judgement and for the alerts that wait. */
  stop(): Promise<void>
}

/** Guards one camera until `stop`. Its open incidents are carried on. */
export function guardCamera({ camera, openIncidents = [] }: Assignment, parts: CameraGuardParts): CameraGuard {
  const { ffmpeg, send } = parts
  const { id } = camera
  const stopping = new AbortController()
  const { signal } = stopping
  const onDiagnostic = (d: Diagnostic) => send({ type: 'diagnostic', diagnostic: d })
  const pool = framePool()
  const counters = createCounters(id, performance.now())
  const { alerts, past, snapshot } = whatIsKept(camera, parts, onDiagnostic)
  const cleaned = cleanedStream(camera, { ffmpeg, signal, onDiagnostic })
  const onDrill = (drill: string, result: DrillResult) => send({ type: 'drill', id: drill, result })
  const told = { onDiagnostic, onDrill }
  const judge = frameJudge(camera, openIncidents, { ...parts, counters, alerts, cleaned, past, pool, ...told })
  const turns = parts.turns.join(judge.judge, ({ pixels }) => pool.give(pixels))
  let stream: Pick<CameraReport, 'state' | 'cause' | 'connects'> = { state: 'connecting', connects: 0 }

  function beat(): CameraReport {
    const [counted, overloaded] = counters.read(turns.dropped(), performance.now())
    if (overloaded) onDiagnostic(overloaded)
    const scored = counted.scored && stream.state === 'guarding'
    return { id, ...stream, ...counted, scored, baseline: judge.baseline() }
  }

  const onState: Parameters<typeof superviseCamera>[2]['onState'] = (state, cause) => {
    stream = { ...stream, state, cause }
    if (state !== 'guarding') {
      counters.interrupted()
      judge.interrupted()
    }
    send({ type: 'state', camera: beat() })
  }
  const onAttempt = () => {
    stream = { ...stream, connects: stream.connects + 1 }
  }
  const onFrame: Parameters<typeof superviseCamera>[2]['onFrame'] = (frame) => {
    snapshot.offer(frame)
    turns.offer(frame)
  }
  const hooks = { onFrame, onState, onAttempt, onDiagnostic, takeBuffer: pool.take }
  const supervised = superviseCamera(camera, ffmpeg, hooks, signal)

  return {
    adjust: judge.adjust,
    drill: judge.drill,
    snapshot: snapshot.ask,
    beat,
    judgingSinceMs: turns.judgingSinceMs,
    async stop() {
      stopping.abort()
      await supervised
      await turns.stop()
      await alerts.drained()
      await judge.flush()
      await snapshot.settled()
      await cleaned.close()
    },
  }
}

/** On disk: the pictures of its alerts, its past, and a picture of now for who asks. */
function whatIsKept(
  camera: CameraSettings,
  { evidence, facts, stateDir, send }: CameraGuardParts,
  onDiagnostic: (d: Diagnostic) => void,
) {
  const { id } = camera
  return {
    alerts: alertQueue(id, {
      evidence,
      model: facts.model,
      send: (alert) => send({ type: 'alert', ...alert }),
      onDiagnostic,
    }),
    past: cameraBaseline(stateDir, camera, facts.model.sha256, onDiagnostic),
    snapshot: cameraSnapshot(id, {
      stateDir,
      onKept: (path) => send({ type: 'snapshot', cameraId: id, path }),
      onDiagnostic,
    }),
  }
}

function cleanedStream(
  camera: CameraSettings,
  parts: Pick<Parameters<typeof openRestream>[0], 'ffmpeg' | 'signal' | 'onDiagnostic'>,
): RestreamGate {
  const { id, restream, frame, timeouts } = camera
  const push = {
    ...restream,
    url: restream.url!,
    rate: frame.rate,
    connectMs: timeouts.connectMs,
    subject: id,
    ...parts,
  }
  return restreamGate(camera, (size) => openRestream({ ...push, ...size }))
}
