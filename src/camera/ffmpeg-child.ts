/** One ffmpeg process: started, read, and ended so that nothing of it is left. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { childEnvironment } from '../core/child-environment.js'

/** How a process ended. `error`: it could not be started. */
export interface ChildEnd {
  readonly rc: number | null
  readonly signal: NodeJS.Signals | null
  readonly error?: string
}

export interface FfmpegChild {
  readonly pid: number | undefined
  readonly stdout: Readable
  /** fd 3. */
  readonly times: Readable
  readonly stdin: Writable | null
  /** Settles when the process is gone and its descriptors are closed; never rejects. */
  readonly closed: Promise<ChildEnd>
  /** Ends the process and waits for it: goes on reading, SIGTERM, 500 ms, SIGKILL. Never rejects. */
  stop(): Promise<ChildEnd>
}

export interface ChildSetup {
  /** Write to the process's stdin. */
  readonly withInput?: boolean
  onStderr(line: string): void
}

const GRACE_MS = 500
/** After SIGKILL only a stranger that inherited a descriptor can hold `close` back. */
const CLOSE_MS = 2000
const MAX_LINE = 2000
/** What ffmpeg needs of our environment. */
const PASSED_ON = /^(PATH|HOME|TMPDIR|LD_LIBRARY_PATH|XDG_RUNTIME_DIR|(CUDA|NVIDIA|LIBVA|VDPAU|FAKE_FFMPEG)_.*)$/

/** Starts `path`; a program that is missing or not executable ends at once with `error`. */
export function startFfmpeg(path: string, argv: readonly string[], setup: ChildSetup): FfmpegChild {
  const child = spawn(path, argv, {
    stdio: [setup.withInput ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...childEnvironment(process.env, PASSED_ON), LC_ALL: 'C' },
  })
  const closed = endOf(child)
  // A killed process resets its sockets; `closed` says its end.
  for (const stream of child.stdio) stream?.on('error', () => {})
  lines(child.stderr as Readable, setup.onStderr)
  return {
    pid: child.pid,
    stdout: child.stdout as Readable,
    times: child.stdio[3] as Readable,
    stdin: child.stdin,
    closed,
    stop: () => stop(child, closed),
  }
}

function endOf(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    let error: string | undefined
    child.on('error', (e: NodeJS.ErrnoException) => {
      error = e.code ?? e.message
      if (child.pid === undefined) resolve({ rc: null, signal: null, error })
    })
    child.on('close', (rc, signal) => resolve({ rc, signal, error }))
  })
}

async function stop(child: ChildProcess, closed: Promise<ChildEnd>): Promise<ChildEnd> {
  // A process that blocks on a full pipe ignores SIGTERM: both pipes are drained until the end.
  child.stdout?.resume()
  ;(child.stdio[3] as Readable | null)?.resume()
  child.stdin?.destroy()
  child.kill('SIGTERM')
  const first = await within(closed, GRACE_MS)
  if (first !== undefined) return first
  child.kill('SIGKILL')
  const second = await within(closed, CLOSE_MS)
  if (second !== undefined) return second
  for (const stream of child.stdio) stream?.destroy()
  return closed
}

async function within(closed: Promise<ChildEnd>, ms: number): Promise<ChildEnd | undefined> {
  const over = new AbortController()
  const timer = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)
  const end = await Promise.race([closed, timer])
  over.abort()
  return end ?? undefined
}

function lines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split(/[\r\n]+/)
    rest = (parts.pop() ?? '').slice(0, MAX_LINE)
    for (const part of parts) if (part !== '') onLine(part.slice(0, MAX_LINE))
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
