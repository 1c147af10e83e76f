/** The demo: a street, guarded as any camera, shown clean, perturbed, and clean again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { FwError } from '../core/errors.js'
import { startCameraChild } from './camera-child.js'
import type { DemoPhase } from './camera-protocol.js'
import { freePorts } from './free-port.js'
import { liveLine } from './live-line.js'
import { openOutFolder } from './out-folder.js'
import type { Screen } from './screen.js'
import { type Session, startSession } from './session.js'
import { type DemoVerdict, type ToldAlert, verdictOf } from './verdict.js'

const CAMERA = 'street'
/** Strength of the attack: L-inf in code values of 8-bit luma. */
const EPSILON_255 = 8
/** Judged before the phases begin: the stream stands. */
const WARM_FRAMES = 15
const START_LIMIT_MS = 45_000
/** An incident that is still open when the last phase is over gets this long to end. */
const PATIENCE_MS = 10_000
const TICK_MS = 200

const ANNOUNCED: Readonly<Record<DemoPhase, (seconds: number) => string>> = {
  clean: (s) => `-- the street as it is, ${s} s`,
  attacked: (s) =>
    `-- the same street, ${s} s, with a perturbation of L-inf ${EPSILON_255}/255 put in before the encoder, learnt to hide objects from a detector`,
  after: (s) => `-- the street as it is again, ${s} s`,
}

export interface DemoOptions {
  readonly out: string
  /** Of each of the three phases. */
  readonly phaseMs: number
}

/**
 * Runs the demo to its end and prints the verdict. Throws FW_DEMO_FAILED with what has failed, and FW_USAGE for a folder
 * that is not the demo's. All children are gone when it settles.
 */
export async function runDemo({ out: dir, phaseMs }: DemoOptions, screen: Screen, signal: AbortSignal): Promise<void> {
  const out = await openOutFolder(dir)
  const [cameraPort, httpPort] = (await freePorts(2)) as [number, number]
  const alerts: ToldAlert[] = []
  const config = { id: CAMERA, url: `rtsp://127.0.0.1:${cameraPort}/cam`, listen: true }
  const session = await startSession({
    out,
    camera: config,
    httpPort,
    screen,
    onAlert: ({ incident, phase, captured_at }, toldAtMs) =>
      alerts.push({ incident, phase, capturedAtMs: Date.parse(captured_at), toldAtMs }),
  })
  const began = new Map<DemoPhase, { readonly atMs: number; readonly judged: number }>()
  const camera = startCameraChild({
    port: cameraPort,
    epsilon255: EPSILON_255,
    onPhase(phase, atMs) {
      began.set(phase, { atMs, judged: judgedBy(session) })
      screen.line(ANNOUNCED[phase](phaseMs / 1_000), 'bold')
    },
  })
  let gone: string | undefined
  void camera.ended.then((text) => {
    gone = text
  })

  try {
    await play()
  } finally {
    screen.clear()
    await session.stop()
    await camera.stop()
  }
  const verdict = judge()
  tell(verdict, screen)
  screen.line(`all of it is in ${out.dir}`)
  if (!verdict.passed) throw new FwError('FW_DEMO_FAILED', verdict.reasons.join('; '))

  async function play(): Promise<void> {
    const limitMs = Date.now() + START_LIMIT_MS
    for (let started = false; ; ) {
      session.check()
      if (gone !== undefined) throw new FwError('FW_DEMO_FAILED', `the street camera ended by itself, ${gone}`)
      if (!started && judgedBy(session) >= WARM_FRAMES) {
        camera.begin(phaseMs)
        started = true
      }
      if (!started && Date.now() > limitMs) {
        throw new FwError('FW_DEMO_FAILED', `no frame was judged within ${START_LIMIT_MS / 1_000} s; see ${out.log}`)
      }
      if (isOver()) return
      screen.live(liveLine({ camera: session.camera(), ...countdown() }))
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) throw new FwError('FW_DEMO_FAILED', 'interrupted before the verdict')
    }
  }

  function isOver(): boolean {
    const last = began.get('after')
    if (!last) return false
    const beyondMs = Date.now() - last.atMs - phaseMs
    return beyondMs >= (hasOpen(alerts) ? PATIENCE_MS : 0)
  }

  function countdown(): { phase?: DemoPhase; leftS?: number } {
    const [phase, since] = [...began].at(-1) ?? []
    return since ? { phase, leftS: (since.atMs + phaseMs - Date.now()) / 1_000 } : {}
  }

  function judge(): DemoVerdict {
    const [clean, attacked, after] = [began.get('clean')!, began.get('attacked')!, began.get('after')!]
    const judged = {
      clean: attacked.judged - clean.judged,
      attacked: after.judged - attacked.judged,
      after: judgedBy(session) - after.judged,
    }
    return verdictOf({ attackFromMs: attacked.atMs, attackToMs: after.atMs, alerts, judged })
  }
}

function judgedBy(session: Session): number {
  const camera = session.camera()
  return camera ? camera.frames - camera.unscored : 0
}

function hasOpen(alerts: readonly ToldAlert[]): boolean {
  return alerts.some(
    ({ incident, phase }) =>
      phase === 'raised' && !alerts.some((other) => other.incident === incident && other.phase === 'cleared'),
  )
}

function tell({ passed, reasons, raisedAfterS, clearedAfterS }: DemoVerdict, screen: Screen): void {
  screen.line('')
  if (passed) screen.line('PASSED: nothing was raised while the picture was clean', 'green')
  else screen.line(`FAILED: ${reasons.join('; ')}`, 'red')
  if (raisedAfterS !== undefined) screen.line(`  raised  ${raisedAfterS.toFixed(1)} s after the perturbation began`)
  if (clearedAfterS !== undefined) screen.line(`  cleared ${clearedAfterS.toFixed(1)} s after it ended`)
}
