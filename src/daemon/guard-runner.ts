/** Keeps one guard running: the loop that alone starts its process again, with backoff. */
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../core/backoff.js'
import type { Diagnostic } from '../core/diagnostic.js'
import type { FromGuard, ToGuard } from '../core/guard-protocol.js'
import { type GuardProcess, type StartMessage, startGuardProcess } from './guard-process.js'
import { afterDown, afterMessage, type GuardView, UNSTARTED } from './guard-state.js'

/** A guard that lived this long was well: the next start is prompt again. */
const HEALTHY_MS = 30_000
const FIRST_RESTART_MS = 50

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
  /** Lost while no process runs: the next one starts with the settings of then. */
  send(message: ToGuard): void
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
  let known = UNSTARTED
  /** Aborted by `restart`: the process that runs, or the pause before the next one, is to end. */
  let wanted = new AbortController()
  const restarts = waiters<Diagnostic | undefined>()

  function onDown(cause: Diagnostic | undefined): void {
    const [next, say] = afterDown(known, cause, signal.aborted ? 'stopped' : 'down', performance.now())
    known = next
    hooks.onDown(cause)
    if (say) hooks.onDiagnostic(say)
  }

  async function live(replaced: AbortSignal): Promise<void> {
    const ended = () => signal.aborted || replaced.aborted
    const own = startGuardProcess(`guard-${index}`, hooks.startMessage(), {
      onMessage(message) {
        known = afterMessage(known, message)
        hooks.onMessage(message)
      },
      onLine: hooks.onLine,
      onDown: (cause) => onDown(ended() ? undefined : cause),
    })
    guard = own
    known = { ...known, state: 'starting' }
    own.ready.then((failure) => {
      if (!ended()) restarts.settle(failure)
    })
    await untilGone(own, replaced, signal)
    guard = undefined
  }

  async function loop(): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      wanted = new AbortController()
      const replaced = wanted.signal
      const startedMs = performance.now()
      await live(replaced)
      if (performance.now() - startedMs > HEALTHY_MS || replaced.aborted) attempt = -1
      if (signal.aborted) break
      known = { ...known, restarts: known.restarts + 1 }
      await pause(attempt < 0 ? FIRST_RESTART_MS : backoffMs(attempt, Math.random()), [signal, replaced])
    }
    restarts.settle(undefined)
  }

  return {
    view() {
      const { outage, ...shown } = known
      return { ...shown, index, pid: guard?.pid, stuck: guard?.stuck() ?? false }
    },
    send: (message) => guard?.send(message),
    restart() {
      wanted.abort()
      return restarts.wait()
    },
    done: loop(),
  }
}

/** Kills the process when it is `replaced`, asks it to stop at the `signal`. */
async function untilGone(guard: GuardProcess, replaced: AbortSignal, signal: AbortSignal): Promise<void> {
  replaced.addEventListener('abort', guard.kill)
  signal.addEventListener('abort', guard.stop)
  if (signal.aborted) guard.stop()
  await guard.ended
  replaced.removeEventListener('abort', guard.kill)
  signal.removeEventListener('abort', guard.stop)
}

/** Those that wait for the next value. */
function waiters<T>(): { wait(): Promise<T>; settle(value: T): void } {
  const waiting: ((value: T) => void)[] = []
  return {
    wait: () => new Promise((resolve) => waiting.push(resolve)),
    settle(value) {
      for (const resolve of waiting.splice(0)) resolve(value)
    },
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
