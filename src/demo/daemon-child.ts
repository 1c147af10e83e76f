/** `framewarden run` as a child of the demo, started as anybody starts it. */
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Seen from src/demo/ and dist/demo/ alike. */
const PROGRAM = fileURLToPath(new URL('../../bin/framewarden.js', import.meta.url))
/** The daemon stops within 5 s by itself. */
const GRACE_MS = 8_000
const TAIL_LINES = 12

export interface DaemonChild {
  /** Settles with what became of it, when it is gone: `exit code 1`, `signal SIGKILL`. */
  readonly ended: Promise<string>
  /** The last lines of its log. */
  tail(): readonly string[]
  /** SIGTERM, and SIGKILL where that does not help; resolves when it is gone. */
  stop(): Promise<void>
}

/** Starts the daemon on the file at `config`; its log goes to the file at `log`. */
export function startDaemonChild(config: string, log: string): DaemonChild {
  const child = spawn(process.execPath, [PROGRAM, 'run', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const file = createWriteStream(log)
  file.on('error', () => {}) // a full disk takes the log's copy, not the demo
  let lines: string[] = []
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    file.write(chunk)
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    lines = [...lines, ...parts].slice(-TAIL_LINES)
  })
  // whatever ends this process early (a closed pipe, a hang-up) ends the daemon, too
  const leave = () => child.kill('SIGTERM')
  process.once('exit', leave)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => {
      process.off('exit', leave)
      file.end()
      resolve(signal ? `signal ${signal}` : `exit code ${code}`)
    })
  })
  return {
    ended,
    tail: () => (rest === '' ? lines : [...lines, rest]),
    async stop() {
      const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
      child.kill('SIGTERM')
      await ended
      clearTimeout(kill)
    },
  }
}
