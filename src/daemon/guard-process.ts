/** One guard process from its start to its end: watched while it lives, its whole group killed when it hangs. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Diagnostic } from '../core/diagnostic.js'
import type { FromGuard, ToGuard } from '../core/guard-protocol.js'
import { programPath } from '../core/program-path.js'
import { causeOf, hear, isStuck, look, startVitals } from './guard-vitals.js'

const PROGRAM = programPath('../guard/process.js', import.meta.url)
const CHECK_EVERY_MS = 200
const STOP_GRACE_MS = 3_500

export type StartMessage = Extract<ToGuard, { type: 'start' }>

export interface GuardProcessHooks {
  /** Beats and states end with `onDown`; alerts and diagnostics that were on their way still come. */
  onMessage(message: FromGuard): void
  /** It hangs or has ended, once: nobody judges the frames of its cameras. */
  onDown(cause: Diagnostic): void
  /** A line that the process wrote to its standard error. */
  onLine(line: string): void
}

export interface GuardProcess {
  readonly pid: number | undefined
  send(message: ToGuard): void
  /** Resolves to undefined when it can judge, or to why it ended before. */
  readonly ready: Promise<Diagnostic | undefined>
  /** Resolves to how it ended, when nothing of its group is left. */
  readonly ended: Promise<Diagnostic>
  /** Asks it to stop, and kills its group after 3.5 s. */
  stop(): void
  /** SIGKILL to it and its ffmpeg children: a stalled one ignores SIGTERM and closed pipes. */
  kill(): void
  /** It was killed for hanging and does not go. */
  stuck(): boolean
}

/**
 * In MB. What a guard reads from ffmpeg is garbage after a copy, 350 kB a frame. With room for little of it V8 clears it away by
 * itself (0.3 ms); else it first looks through the whole heap (20 ms), several times a second.
 */
const YOUNG_SPACE = '--max-semi-space-size=1'

/** Starts a guard; `subject` names it in diagnostics. */
export function startGuardProcess(subject: string, start: StartMessage, hooks: GuardProcessHooks): GuardProcess {
  const execArgv = [...process.execArgv, YOUNG_SPACE]
  const guard = fork(PROGRAM, [], { execArgv, detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const kill = () => killGroup(guard)
  const send = (message: ToGuard) => {
    if (guard.connected) guard.send(message, () => {})
  }
  let vitals = startVitals(performance.now())
  let down = false
  const goDown = (how: string) => {
    const cause = causeOf(vitals, subject, how)
    if (!down) hooks.onDown(cause)
    down = true
    return cause
  }

  if (guard.stderr) createInterface({ input: guard.stderr }).on('line', (line) => hooks.onLine(line))
  const watch = setInterval(() => {
    vitals = look(vitals, performance.now())
    if (!vitals.fault) return
    kill()
    goDown('killed')
  }, CHECK_EVERY_MS)
  const judges = new Promise<undefined>((resolve) => {
    guard.on('message', (message: FromGuard) => {
      vitals = hear(vitals, message, performance.now())
      if (!down || message.type === 'alert' || message.type === 'diagnostic') hooks.onMessage(message)
      if (message.type === 'ready') resolve(undefined)
    })
  })
  const ended = howItEnds(guard).then((how) => {
    clearInterval(watch)
    kill()
    return goDown(how)
  })

  send(start)
  return {
    pid: guard.pid,
    send,
    ready: Promise.race([judges, ended]),
    ended,
    stop() {
      send({ type: 'stop' })
      setTimeout(kill, STOP_GRACE_MS).unref()
    },
    kill,
    stuck: () => isStuck(vitals, performance.now()),
  }
}

async function howItEnds(guard: ChildProcess): Promise<string> {
  try {
    const [code, killedBy] = (await once(guard, 'exit')) as [number | null, string | null]
    return killedBy ? `ended by ${killedBy}` : `ended with status ${code}`
  } catch (error) {
    return `cannot be started: ${(error as Error).message}`
  }
}

function killGroup(guard: ChildProcess): void {
  if (guard.pid === undefined) return
  try {
    process.kill(-guard.pid, 'SIGKILL')
  } catch {
    // the whole group is gone already
  }
}
