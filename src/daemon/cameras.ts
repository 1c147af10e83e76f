/** Cameras and the guards that own them: assignments, beats, open incidents. */
import type { AlertBody } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { Assignment, CameraBeat, FromGuard, ToGuard } from '../core/guard-protocol.js'
import type { Settings } from '../core/settings.js'
import { assignCameras } from './assign.js'
import { type CameraEntry, cameraLedger } from './camera-ledger.js'
import { type GuardRunner, type GuardView, runGuard } from './guard-runner.js'
import type { OpenIncidents } from './open-incidents.js'

export interface CameraHooks {
  /** An alert to keep; resolves when it is safe. */
  onAlert(body: AlertBody): Promise<void>
  onCamera(entry: CameraEntry): void
  onGuards(): void
  onDiagnostic(diagnostic: Diagnostic): void
  onLine(guard: number, line: string): void
}

export interface Cameras {
  entries(): readonly CameraEntry[]
  guards(): readonly GuardView[]
  /**
   * Takes new settings: cameras in `changed` (by id) are released and assigned again, those in `adjusted` are told while
   * their stream goes on, the others go on untouched.
   */
  replace(settings: Settings, changed: ReadonlySet<string>, adjusted: ReadonlySet<string>): void
  /** Ends every guard and starts it with the settings of now; resolves to undefined when all can judge, or to the first failure. */
  restartGuards(): Promise<Diagnostic | undefined>
  /** Resolves when `signal` was given and no guard is left. */
  readonly done: Promise<unknown>
}

/** Starts `count` guards and gives each its cameras. */
export function runCameras(
  initial: Settings,
  count: number,
  incidents: OpenIncidents,
  hooks: CameraHooks,
  signal: AbortSignal,
): Cameras {
  let settings = initial
  let owners = assignCameras(settings.cameras, count)
  const ledger = cameraLedger(Date.now)
  for (const { id } of settings.cameras) ledger.add(id, incidents.get(id) !== undefined)

  const assignment = (id: string): Assignment => ({
    camera: settings.cameras.find((camera) => camera.id === id)!,
    openIncident: incidents.get(id)?.incident,
  })
  const ownedBy = (guard: number) => [...owners].filter(([, owner]) => owner === guard).map(([id]) => id)

  function note(beat: CameraBeat): void {
    const before = ledger.get(beat.id)
    const entry = ledger.note({ ...beat, incidentOpen: incidents.get(beat.id) !== undefined })
    if (entry && (!before || changed(before, entry))) hooks.onCamera(entry)
  }

  async function alert(message: Extract<FromGuard, { type: 'alert' }>): Promise<void> {
    incidents.note({ incident: message.incident, body: message.body })
    const entry = ledger.get(message.body.camera)
    if (entry) note(entry)
    await hooks.onAlert(message.body)
    incidents.save()
  }

  function onMessage(message: FromGuard): void {
    if (message.type === 'state') note(message.camera)
    else if (message.type === 'beat') message.cameras.forEach(note)
    else if (message.type === 'diagnostic') hooks.onDiagnostic(message.diagnostic)
    else if (message.type === 'alert')
      alert(message).catch((error: Error) => hooks.onDiagnostic(diagnostic('FW_SPOOL_DISK', 'spool', error.message)))
    else if (message.type === 'ready') hooks.onGuards()
  }

  function startMessage(guard: number): Extract<ToGuard, { type: 'start' }> {
    const { models, stateDir, evidence, ffmpeg } = settings
    return {
      type: 'start',
      models,
      ffmpegPath: ffmpeg,
      stateDir,
      evidence,
      assignments: ownedBy(guard).map(assignment),
    }
  }

  const runners: GuardRunner[] = Array.from({ length: count }, (_, guard) =>
    runGuard(
      guard,
      {
        startMessage: () => startMessage(guard),
        onMessage,
        onDiagnostic: hooks.onDiagnostic,
        onLine: (line) => hooks.onLine(guard, line),
        onDown() {
          if (signal.aborted) return
          const cause = diagnostic('FW_GUARD_LOST', `guard-${guard}`, 'the guard of this camera is being replaced')
          for (const id of ownedBy(guard)) {
            const entry = ledger.lost(id, cause, Date.now())
            if (entry) hooks.onCamera(entry)
          }
          hooks.onGuards()
        },
      },
      signal,
    ),
  )

  return {
    entries: () => ledger.all(),
    guards: () => runners.map((runner) => runner.view()),
    replace(next, changedIds, adjustedIds) {
      const before = owners
      settings = next
      const kept = new Map([...before].filter(([id]) => next.cameras.some((camera) => camera.id === id)))
      owners = assignCameras(next.cameras, count, kept)
      for (const [id, guard] of before) {
        if (!owners.has(id) || changedIds.has(id)) runners[guard]!.release(id)
        if (!owners.has(id)) ledger.remove(id)
      }
      for (const [id, guard] of owners) {
        if (!before.has(id)) ledger.add(id, incidents.get(id) !== undefined)
        if (!before.has(id) || changedIds.has(id)) runners[guard]!.assign(assignment(id))
        else if (adjustedIds.has(id)) runners[guard]!.adjust(assignment(id).camera)
      }
    },
    restartGuards: () => firstFailure(runners.map((runner) => runner.restart())),
    done: Promise.all(runners.map((runner) => runner.done)),
  }
}

/** The first failure among `starts`, without waiting for the others; undefined when none fails. */
async function firstFailure(starts: readonly Promise<Diagnostic | undefined>[]): Promise<Diagnostic | undefined> {
  return new Promise((resolve) => {
    for (const start of starts) start.then((failure) => failure && resolve(failure))
    Promise.all(starts).then(() => resolve(undefined))
  })
}

function changed(before: CameraEntry, now: CameraEntry): boolean {
  return (
    before.state !== now.state ||
    before.scored !== now.scored ||
    before.incidentOpen !== now.incidentOpen ||
    before.cause?.code !== now.cause?.code
  )
}
