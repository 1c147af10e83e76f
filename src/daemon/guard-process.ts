/** One guard process from its start to its end: watched while it lives, its whole group killed when it hangs. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { FromGuard, ToGuard } from '../core/guard-protocol.js'
import { programPath } from '../core/program-path.js'
import { hear, hung, startVitals } from './guard-vitals.js'

const PROGRAM = programPath('../guard/process.js', import.meta.url)
const CHECK_EVERY_MS = 200
const STOP_GRACE_MS = 3_500

export type StartMessage = Extract<ToGuard, { type: 'start' }>

export interface GuardProcessHooks {
  onMessage(message: FromGuard): void
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
}

/** Starts a guard; `subject` names it in diagnostics. */
export function startGuardProcess(subject: string, start: StartMessage, hooks: GuardProcessHooks): GuardProcess {
  const guard = fork(PROGRAM, [], { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const exited = once(guard, 'exit')
  const kill = () => killGroup(guard)
  const send = (message: ToGuard) => {
    if (guard.connected) guard.send(message, () => {})
  }
  let vitals = startVitals(performance.now())
  let failed: Diagnostic | undefined
  let fault: string | undefined

  if (guard.stderr) createInterface({ input: guard.stderr }).on('line', (line) => hooks.onLine(line))
  const watch = setInterval(() => {
    fault ??= hung(vitals, performance.now())
    if (fault !== undefined) kill()
  }, CHECK_EVERY_MS)
  const judges = new Promise<undefined>((resolve) => {
    guard.on('message', (message: FromGuard) => {
      vitals = hear(vitals, message, performance.now())
      if (message.type === 'failed') failed = diagnostic(message.code, subject, message.text)
      hooks.onMessage(message)
      if (message.type === 'ready') resolve(undefined)
    })
  })
  const end = (how: string) => {
    clearInterval(watch)
    kill()
    if (failed) return failed
    return fault === undefined ? diagnostic('FW_GUARD_LOST', subject, how) : diagnostic('FW_GUARD_HUNG', subject, fault)
  }
  const ended = exited.then(
    ([code, killedBy]) => end(killedBy ? `ended by ${killedBy}` : `ended with status ${code}`),
    (error: Error) => end(`cannot be started: ${error.message}`),
  )

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
