/** Cameras and the guards that own them: who guards which, and what is known of each. */
import type { CameraFacts } from '../core/camera-facts.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { DrillRequest } from '../core/drill.js'
import type { Assignment, FromGuard, ToGuard } from '../core/guard-protocol.js'
import type { CameraSettings, Settings } from '../core/settings.js'
import { assignCameras, reassign } from './assign.js'
import { cameraLedger } from './camera-ledger.js'
import type { Clock } from './clock.js'
import { guardMessages, type MessageHooks } from './guard-messages.js'
import type { StartMessage } from './guard-process.js'
import { type GuardRunner, runGuard } from './guard-runner.js'
import type { GuardView } from './guard-state.js'
import type { OpenIncidents } from './open-incidents.js'

export interface CamerasHooks extends MessageHooks {
  /** What ops see of a camera has changed. */
  onCamera(now: CameraFacts, before: CameraFacts): void
  /** A line that a guard wrote to its standard error. */
  onLine(guard: number, line: string): void
}

export interface Cameras {
  entries(): readonly CameraFacts[]
  guards(): readonly GuardView[]
  /** Of a camera that is there, as they are in force. */
  settings(cameraId: string): CameraSettings
  /**
   * Takes new settings: cameras in `changed` (by id) are released and assigned again, those in `adjusted` get them while
   * their stream goes on, the others go on untouched.
   */
  replace(settings: Settings, changed: ReadonlySet<string>, adjusted: ReadonlySet<string>): void
  /** Asks the camera's guard; `onDrill` hears of its end. */
  drill(cameraId: string, request: DrillRequest): void
  /** Its stream is closed and nobody judges it until it may go on; a new start of the daemon guards it again. */
  pause(cameraId: string, on: boolean): void
  /** Asks the camera's guard for a picture; `onSnapshot` hears of it, unless the guard goes. */
  snapshot(cameraId: string): void
  /** Ends every guard and starts it with the settings of now; resolves to undefined when all can judge, or to the first failure. */
  restartGuards(): Promise<Diagnostic | undefined>
  /** Resolves when `signal` was given, no guard is left and their alerts are safe. */
  readonly done: Promise<unknown>
}

/** Starts `count` guards and gives each its cameras. */
export function runCameras(
  initial: Settings,
  count: number,
  incidents: OpenIncidents,
  clock: Clock,
  hooks: CamerasHooks,
  signal: AbortSignal,
): Cameras {
  let settings = initial
  let owners: ReadonlyMap<string, number> = assignCameras(settings.cameras, count)
  const ledger = cameraLedger(clock, hooks.onCamera)
  const cameraOf = (id: string) => settings.cameras.find((camera) => camera.id === id)!
  const add = (id: string) => ledger.add(id, incidents.kinds(id))
  for (const { id } of settings.cameras) add(id)

  const carriedOn = (id: string) => incidents.of(id).map(({ incident }) => incident)
  const assignment = (id: string): Assignment => ({ camera: cameraOf(id), openIncidents: carriedOn(id) })
  const isPaused = (id: string) => ledger.get(id)?.cause?.code === 'FW_CAMERA_PAUSED'
  const ownedBy = (guard: number) =>
    [...owners].filter(([id, owner]) => owner === guard && !isPaused(id)).map(([id]) => id)
  const send = (cameraId: string, message: ToGuard) => runners[owners.get(cameraId)!]!.send(message)
  const messages = guardMessages(ledger, incidents, clock, hooks)

  function onDown(guard: number, cause?: Diagnostic): void {
    if (signal.aborted) return
    const reason = cause ?? diagnostic('FW_GUARD_LOST', `guard-${guard}`, 'the guard of this camera is being replaced')
    for (const id of ownedBy(guard)) ledger.lost(id, reason)
    hooks.onGuards()
  }

  const startMessage = (guard: number) => startMessageOf(settings, count, ownedBy(guard).map(assignment))
  const runners = runGuards(count, { ...hooks, onMessage: messages.take, onDown, startMessage }, signal)

  return {
    entries: () => ledger.all(),
    guards: () => runners.map((runner) => runner.view()),
    settings: cameraOf,
    replace(next, changed, adjusted) {
      settings = next
      const plan = reassign(owners, next.cameras, count, changed, adjusted)
      owners = plan.owners
      for (const [guard, id] of plan.releases) runners[guard]!.send({ type: 'release', cameraId: id })
      for (const id of plan.removed) ledger.remove(id)
      for (const id of plan.added) add(id)
      for (const [, id] of plan.assigns) if (!isPaused(id)) send(id, { type: 'assign', assignment: assignment(id) })
      for (const [, id] of plan.adjusts) send(id, { type: 'adjust', camera: cameraOf(id) })
    },
    drill: (cameraId, request) => send(cameraId, { type: 'drill', cameraId, request }),
    snapshot: (cameraId) => send(cameraId, { type: 'snapshot', cameraId }),
    pause(cameraId, on) {
      if (isPaused(cameraId) === on) return
      ledger.pause(cameraId, on)
      send(cameraId, on ? { type: 'release', cameraId } : { type: 'assign', assignment: assignment(cameraId) })
    },
    restartGuards: () => firstFailure(runners.map((runner) => runner.restart())),
    done: Promise.all(runners.map((runner) => runner.done)).then(messages.settled),
  }
}

interface GuardsHooks extends Pick<CamerasHooks, 'onDiagnostic' | 'onLine'> {
  onMessage(message: FromGuard): void
  startMessage(guard: number): StartMessage
  onDown(guard: number, cause?: Diagnostic): void
}

function runGuards(
  count: number,
  { onMessage, startMessage, onDown, onDiagnostic, onLine }: GuardsHooks,
  signal: AbortSignal,
): GuardRunner[] {
  return Array.from({ length: count }, (_, guard) =>
    runGuard(
      guard,
      {
        ...{ onMessage, onDiagnostic, startMessage: () => startMessage(guard) },
        ...{ onLine: (line) => onLine(guard, line), onDown: (cause) => onDown(guard, cause) },
      },
      signal,
    ),
  )
}

function startMessageOf(settings: Settings, guards: number, assignments: readonly Assignment[]): StartMessage {
  const { models, stateDir, evidence, ffmpeg } = settings
  return { type: 'start', models, guards, ffmpegPath: ffmpeg, stateDir, evidence, assignments }
}

/** The first failure among `starts`, without waiting for the others; undefined when none fails. */
async function firstFailure(starts: readonly Promise<Diagnostic | undefined>[]): Promise<Diagnostic | undefined> {
  return new Promise((resolve) => {
    for (const start of starts) start.then((failure) => failure && resolve(failure))
    Promise.all(starts).then(() => resolve(undefined))
  })
}
