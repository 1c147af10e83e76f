/** Keeps one guard running: the loop that alone starts its process again, with backoff. */
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../core/backoff.js'
import type { Diagnostic } from '../core/diagnostic.js'
import type { Assignment, EngineFacts, FromGuard } from '../core/guard-protocol.js'
import type { CameraSettings } from '../core/settings.js'
import { type GuardProcess, type StartMessage, startGuardProcess } from './guard-process.js'

/** A guard that lived this long was well: the next start is prompt again. */
const HEALTHY_MS = 30_000
const FIRST_RESTART_MS = 50

export interface GuardView {
  readonly index: number
  readonly pid?: number
  readonly state: 'starting' | 'running' | 'down' | 'stopped'
  /** Why the process before this one ended; undefined: on purpose, or this one can judge. */
  readonly cause?: Diagnostic
  /** It was killed for hanging and does not go: only a restart of the unit can help. */
  readonly stuck: boolean
  readonly restarts: number
  readonly rssBytes: number
  readonly engine?: EngineFacts
}

export interface GuardHooks {
  /** The message that a new process is started with: settings and assignments as they are then. */
  startMessage(): StartMessage
  onMessage(message: FromGuard): void
  onDiagnostic(diagnostic: Diagnostic): void
  /** The guard hangs or is gone: its cameras are unscored until a new one reports them. `cause` undefined: on purpose. */
  onDown(cause: Diagnostic | undefined): void
  /** A line that the process wrote to its standard error. */
  onLine(line: string): void
}

export interface GuardRunner {
  view(): GuardView
  assign(assignment: Assignment): void
  adjust(camera: CameraSettings): void
  release(cameraId: string): void
  /**
   * Ends the process now; the loop starts a new one with fresh settings. Resolves to undefined when that one can judge (or
   * the signal was given), or to why it ended before.
   */
  restart(): Promise<Diagnostic | undefined>
  /** Resolves when the signal has been given and no process is left. */
  readonly done: Promise<void>
}

/** Runs guard `index` until `signal`: then asks it to stop, and kills its group after 3.5 s. */
export function runGuard(index: number, hooks: GuardHooks, signal: AbortSignal): GuardRunner {
  let guard: GuardProcess | undefined
  let view: Omit<GuardView, 'pid' | 'stuck'> = { index, state: 'starting', restarts: 0, rssBytes: 0 }
  /** Aborted by `restart`: the process that runs, or the pause before the next one, is to end. */
  let wanted = new AbortController()
  const restarted: ((failure: Diagnostic | undefined) => void)[] = []
  const settle = (failure: Diagnostic | undefined) => {
    for (const resolve of restarted.splice(0)) resolve(failure)
  }

  function onMessage(message: FromGuard): void {
    if (message.type === 'beat') view = { ...view, rssBytes: message.rssBytes }
    else if (message.type === 'ready') view = { ...view, state: 'running', engine: message.engine, cause: undefined }
    hooks.onMessage(message)
  }

  /** Milliseconds that it lived. */
  async function live(replaced: AbortSignal): Promise<number> {
    const startedMs = performance.now()
    const own = startGuardProcess(`guard-${index}`, hooks.startMessage(), {
      onMessage,
      onLine: hooks.onLine,
      onDown(reason) {
        const cause = signal.aborted || replaced.aborted ? undefined : reason
        const state = signal.aborted ? 'stopped' : 'down'
        view = { ...view, state, cause, rssBytes: 0, engine: undefined }
        hooks.onDown(cause)
        if (cause) hooks.onDiagnostic(cause)
      },
    })
    guard = own
    view = { ...view, state: 'starting' }
    replaced.addEventListener('abort', own.kill)
    if (signal.aborted) own.stop()
    signal.addEventListener('abort', own.stop)
    own.ready.then((failure) => {
      if (!replaced.aborted && !signal.aborted) settle(failure)
    })

    await own.ended
    replaced.removeEventListener('abort', own.kill)
    signal.removeEventListener('abort', own.stop)
    guard = undefined
    return performance.now() - startedMs
  }

  async function loop(): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      wanted = new AbortController()
      const replaced = wanted.signal
      const livedMs = await live(replaced)
      if (livedMs > HEALTHY_MS || replaced.aborted) attempt = -1
      if (signal.aborted) break
      view = { ...view, restarts: view.restarts + 1 }
      await pause(attempt < 0 ? FIRST_RESTART_MS : backoffMs(attempt, Math.random()), [signal, replaced])
    }
    settle(undefined)
  }

  return {
    view: () => ({ ...view, pid: guard?.pid, stuck: guard?.stuck() ?? false }),
    assign: (assignment) => guard?.send({ type: 'assign', assignment }),
    adjust: (camera) => guard?.send({ type: 'adjust', camera }),
    release: (cameraId) => guard?.send({ type: 'release', cameraId }),
    restart() {
      wanted.abort()
      return new Promise((resolve) => restarted.push(resolve))
    },
    done: loop(),
  }
}

/** Waits `ms`, or until one of `signals` is given from now on. */
async function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  const over = new AbortController()
  const end = () => over.abort()
  for (const signal of signals) signal.addEventListener('abort', end)
  await sleep(ms, undefined, { signal: over.signal }).catch(() => {}) // ended early
  for (const signal of signals) signal.removeEventListener('abort', end)
}
