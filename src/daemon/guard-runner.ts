/** One guard process and the loop that alone starts it again: killed by group when it hangs, replaced with backoff. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../core/backoff.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import {
  type Assignment,
  BEAT_TIMEOUT_MS,
  type EngineFacts,
  type FromGuard,
  INFERENCE_TIMEOUT_MS,
  type ToGuard,
} from '../core/guard-protocol.js'
import { programPath } from '../core/program-path.js'
import type { CameraSettings } from '../core/settings.js'

const PROGRAM = programPath('../guard/process.js', import.meta.url)
/** Node's own start until the first beat; measured 0.3 s idle, 2 s on a busy core. */
const FIRST_BEAT_MS = 15_000
const CHECK_EVERY_MS = 200
const STOP_GRACE_MS = 3_500
/** A guard that lived this long was well: the next start is prompt again. */
const HEALTHY_MS = 30_000
const FIRST_RESTART_MS = 50

export interface GuardView {
  readonly index: number
  readonly pid?: number
  readonly state: 'starting' | 'running' | 'down' | 'stopped'
  readonly restarts: number
  readonly rssBytes: number
  readonly engine?: EngineFacts
}

export interface GuardHooks {
  /** The message that a new process is started with: settings and assignments as they are then. */
  startMessage(): Extract<ToGuard, { type: 'start' }>
  onMessage(message: FromGuard): void
  onDiagnostic(diagnostic: Diagnostic): void
  /** The guard is gone: its cameras are unscored until a new one tells of them. */
  onDown(): void
  /** A line that the process wrote to its standard error. */
  onLine(line: string): void
}

export interface GuardRunner {
  view(): GuardView
  assign(assignment: Assignment): void
  adjust(camera: CameraSettings): void
  release(cameraId: string): void
  /** Ends the process now; the loop starts a new one with fresh settings. */
  restart(): void
  /** Resolves when the signal has been given and no process is left. */
  readonly done: Promise<void>
}

/** Runs guard `index` until `signal`: then asks it to stop, and kills its group after 3.5 s. */
export function runGuard(index: number, hooks: GuardHooks, signal: AbortSignal): GuardRunner {
  let child: ChildProcess | undefined
  let view: GuardView = { index, state: 'starting', restarts: 0, rssBytes: 0 }
  let wanted = false

  const tell = (message: ToGuard) => {
    if (child?.connected) child.send(message, () => {})
  }

  async function live(): Promise<number> {
    const startedMs = Date.now()
    const guard = fork(PROGRAM, [], { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    child = guard
    const exited = once(guard, 'exit')
    view = { ...view, pid: guard.pid, state: 'starting', rssBytes: 0, engine: undefined }
    if (guard.stderr) createInterface({ input: guard.stderr }).on('line', (line) => hooks.onLine(line))
    tell(hooks.startMessage())

    let lastBeatMs = startedMs + FIRST_BEAT_MS - BEAT_TIMEOUT_MS
    let hung = ''
    let failed: Diagnostic | undefined
    guard.on('message', (message: FromGuard) => {
      if (message.type === 'beat') {
        lastBeatMs = Date.now()
        view = { ...view, rssBytes: message.rssBytes }
        if (message.judgingMs > INFERENCE_TIMEOUT_MS) hung ||= `one inference has run for ${message.judgingMs} ms`
      } else if (message.type === 'ready') view = { ...view, state: 'running', engine: message.engine }
      else if (message.type === 'failed') failed = diagnostic(message.code, `guard-${index}`, message.text)
      hooks.onMessage(message)
    })
    const watch = setInterval(() => {
      const silentMs = Date.now() - lastBeatMs
      if (silentMs > BEAT_TIMEOUT_MS) hung ||= `no sign of life for ${silentMs} ms`
      if (hung) killGroup(guard)
    }, CHECK_EVERY_MS)
    const onAbort = () => {
      tell({ type: 'stop' })
      setTimeout(() => killGroup(guard), STOP_GRACE_MS).unref()
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })

    const [code, killedBy] = (await exited) as [number | null, string | null]
    clearInterval(watch)
    signal.removeEventListener('abort', onAbort)
    killGroup(guard)
    child = undefined
    view = { ...view, pid: undefined, state: signal.aborted ? 'stopped' : 'down', rssBytes: 0, engine: undefined }
    hooks.onDown()
    if (!signal.aborted && !wanted) {
      const how = hung || (killedBy ? `ended by ${killedBy}` : `ended with status ${code}`)
      hooks.onDiagnostic(failed ?? diagnostic(hung ? 'FW_GUARD_HUNG' : 'FW_GUARD_LOST', `guard-${index}`, how))
    }
    return Date.now() - startedMs
  }

  async function loop(): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      const livedMs = await live()
      if (livedMs > HEALTHY_MS || wanted) attempt = -1
      wanted = false
      view = { ...view, restarts: view.restarts + 1 }
      const waitMs = attempt < 0 ? FIRST_RESTART_MS : backoffMs(attempt, Math.random())
      await sleep(waitMs, undefined, { signal }).catch(() => {})
    }
  }

  return {
    view: () => view,
    assign: (assignment) => tell({ type: 'assign', assignment }),
    adjust: (camera) => tell({ type: 'adjust', camera }),
    release: (cameraId) => tell({ type: 'release', cameraId }),
    restart() {
      wanted = true
      if (child) killGroup(child)
    },
    done: loop(),
  }
}

/** SIGKILL to the guard and its ffmpeg children: a stalled one ignores SIGTERM and closed pipes. */
function killGroup(guard: ChildProcess): void {
  if (guard.pid === undefined) return
  try {
    process.kill(-guard.pid, 'SIGKILL')
  } catch {
    // the whole group is gone already
  }
}
