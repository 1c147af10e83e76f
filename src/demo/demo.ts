/** The demo: a street, guarded as any camera, shown clean, perturbed, and clean again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { FwError } from '../core/errors.js'
import { type CameraChild, startCameraChild } from './camera-child.js'
import type { DemoPhase } from './camera-protocol.js'
import { freePorts } from './free-port.js'
import { liveLine } from './live-line.js'
import { openOutFolder } from './out-folder.js'
import { phaseLog } from './phase-log.js'
import type { Screen } from './screen.js'
import { type DemoSession, startDemoSession } from './session.js'
import { type DemoVerdict, verdictOf } from './verdict.js'

const CAMERA = 'street'
/** Strength of the attack: L-inf in code values of 8-bit luma. */
const EPSILON_255 = 8
/** Judged before the phases begin: the stream stands. */
const WARM_FRAMES = 15
const START_LIMIT_MS = 45_000
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
  const log = phaseLog(phaseMs)
  const session = await startDemoSession({
    out,
    camera: { id: CAMERA, url: `rtsp://127.0.0.1:${cameraPort}/cam`, listen: true },
    httpPort,
    screen,
    onAlert: ({ incident, phase, captured_at }, receivedAtMs) =>
      log.alert({ incident, phase, capturedAtMs: Date.parse(captured_at), receivedAtMs }),
  })
  const camera = startCameraChild({
    port: cameraPort,
    epsilon255: EPSILON_255,
    onPhase(phase, atMs) {
      log.began(phase, atMs, judgedBy(session))
      screen.line(ANNOUNCED[phase](phaseMs / 1_000), 'bold')
    },
  })
  try {
    await firstFrames(session, camera, { screen, signal, logPath: out.log })
    camera.begin(phaseMs)
    while (!log.isOver(Date.now())) {
      screen.live(liveLine({ camera: session.camera(), ...log.current(Date.now()) }))
      await tick(session, camera, signal)
    }
  } finally {
    screen.clear()
    await session.stop()
    await camera.stop()
  }
  const verdict = verdictOf(log.timeline(judgedBy(session)))
  print(verdict, screen)
  screen.line(`all of it is in ${out.dir}`)
  if (!verdict.passed) throw new FwError('FW_DEMO_FAILED', verdict.reasons.join('; '))
}

/** Resolves when the stream stands. */
async function firstFrames(
  session: DemoSession,
  camera: CameraChild,
  { screen, signal, logPath }: { screen: Screen; signal: AbortSignal; logPath: string },
): Promise<void> {
  const limitMs = performance.now() + START_LIMIT_MS
  while (judgedBy(session) < WARM_FRAMES) {
    if (performance.now() > limitMs) {
      throw new FwError('FW_DEMO_FAILED', `no frame was judged within ${START_LIMIT_MS / 1_000} s; see ${logPath}`)
    }
    screen.live(liveLine({ camera: session.camera() }))
    await tick(session, camera, signal)
  }
}

/** A short wait. Throws FW_DEMO_FAILED when one of the two has ended by itself, or when `signal` says so. */
async function tick(session: DemoSession, camera: CameraChild, signal: AbortSignal): Promise<void> {
  session.check()
  const gone = await Promise.race([
    camera.ended,
    sleep(TICK_MS, undefined, { signal }).catch(() => undefined), // aborted: said below
  ])
  if (gone !== undefined) throw new FwError('FW_DEMO_FAILED', `the street camera ended by itself, ${gone}`)
  if (signal.aborted) throw new FwError('FW_DEMO_FAILED', 'interrupted before the verdict')
}

function judgedBy(session: DemoSession): number {
  const camera = session.camera()
  return camera ? camera.frames - camera.unscored : 0
}

function print({ passed, reasons, raisedAfterS, clearedAfterS }: DemoVerdict, screen: Screen): void {
  screen.line('')
  if (passed) screen.line('PASSED: nothing was raised while the picture was clean', 'green')
  else screen.line(`FAILED: ${reasons.join('; ')}`, 'red')
  if (raisedAfterS !== undefined) screen.line(`  raised  ${raisedAfterS.toFixed(1)} s after the perturbation began`)
  if (clearedAfterS !== undefined) screen.line(`  cleared ${clearedAfterS.toFixed(1)} s after it ended`)
}
