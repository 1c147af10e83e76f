/** One Python worker from its start to its end: a message to it, an answer from it, killed where none comes. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from '../../core/child-environment.js'
import { FwError } from '../../core/errors.js'
import { createAnswers } from './answers.js'
import { encoded, type WireMessage, wireReader } from './wire.js'

/** worker/ of this installation, seen from src/inference/python/ and dist/inference/python/ alike. */
export const WORKER_DIR = fileURLToPath(new URL('../../../worker', import.meta.url))
const PROTOCOL = 1
/** Its hello answers no message. */
const HELLO_ID = 0
/** Until it says hello: importing onnxruntime takes 0.3 s here, some seconds from a board's SD card. */
const HELLO_MS = 60_000
/** Lines of its standard error that are kept to say why it ended. */
const MOST_LINES = 20

export interface Hello {
  readonly python: string
  readonly onnxruntime: string
  readonly numpy: string
  /** Compiled into this wheel; their libraries may lack all the same. */
  readonly providers: readonly string[]
}

export interface PythonWorker {
  readonly hello: Hello
  readonly pid: number
  /**
   * Its answer, within `withinMs`. Rejects with FW_WORKER_LOST (it has ended), FW_WORKER_HUNG (it was killed for being late)
   * or, uncoded, with what went wrong there.
   */
  ask(header: object, parts: readonly Uint8Array[], withinMs: number): Promise<WireMessage>
  /** Why it ended; resolves when nothing is left of it. */
  readonly ended: Promise<FwError>
  alive(): boolean
  /** What it wrote to its standard error lately. */
  lines(): readonly string[]
  /** Ends it, waits until it has gone. */
  close(): Promise<void>
}

/** What it needs of our environment. */
const PASSED_ON = /^(PATH|HOME|TMPDIR|LD_LIBRARY_PATH|LANG|LC_ALL|VIRTUAL_ENV|(PYTHON|PYENV|CUDA|NVIDIA|OMP|ORT)_?.*)$/

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Starts it with the program `python`; `signal` ends it. Throws FW_WORKER_MISSING, FW_WORKER_LOST or FW_WORKER_HUNG. */
export async function startWorker(python: string, signal?: AbortSignal): Promise<PythonWorker> {
  // Its folder as the working directory: `-m` looks there first, and nowhere else that somebody else may write.
  const child = spawn(python, ['-m', 'framewarden_worker'], {
    cwd: WORKER_DIR,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...childEnvironment(process.env, PASSED_ON), ORT_DISABLE_TELEMETRY: '1', PYTHONDONTWRITEBYTECODE: '1' },
  })
  const talk = converse(child)
  const close = () => void talk.close()
  signal?.addEventListener('abort', close)
  void talk.ended.then(() => signal?.removeEventListener('abort', close))
  const { header } = await talk.hello.catch(async () => {
    throw await talk.ended
  })
  if (header.type === 'hello' && header.protocol === PROTOCOL) {
    return { ...talk, hello: header as unknown as Hello, pid: child.pid! }
  }
  const unfit = header.type === 'unfit'
  const error = unfit
    ? new FwError('FW_WORKER_MISSING', `${python}: ${header.text}`)
    : new FwError('FW_WORKER_LOST', `Python worker: ${header.type} ${header.protocol} is no hello ${PROTOCOL}`)
  await talk.close()
  throw error
}

/** What is said to `child`, and by it. */
function converse(child: Child): Omit<PythonWorker, 'hello' | 'pid'> & { readonly hello: Promise<WireMessage> } {
  const lines: string[] = []
  const answers = createAnswers((ms) =>
    fail(new FwError('FW_WORKER_HUNG', `Python worker: no answer for ${ms / 1000} s`)),
  )
  let nextId = HELLO_ID + 1
  let over: FwError | undefined

  function fail(error: FwError): void {
    over ??= error
    child.kill('SIGKILL')
    answers.end(over)
  }

  const read = wireReader(({ header, parts }) => answers.take({ header: { id: HELLO_ID, ...header }, parts }))
  child.stdout.on('data', (chunk: Uint8Array) => {
    try {
      read(chunk)
    } catch (error) {
      fail(new FwError('FW_WORKER_LOST', `Python worker: no message of ours: ${(error as Error).message}`))
    }
  })
  child.stdin.on('error', () => {}) // it has ended, which says more
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line)
    if (lines.length > MOST_LINES) lines.shift()
  })
  const ended = howItEnds(child, lines).then((how) => {
    fail(how)
    return over!
  })
  return {
    hello: answers.wait(HELLO_ID, HELLO_MS),
    ended,
    alive: () => over === undefined,
    lines: () => lines,
    async ask(header, parts, withinMs) {
      if (over) throw over
      const id = nextId++
      const answer = answers.wait(id, withinMs)
      for (const bytes of encoded({ ...header, id }, parts)) child.stdin.write(bytes)
      return answer
    },
    async close() {
      fail(new FwError('FW_WORKER_LOST', 'Python worker: closed'))
      await ended
    },
  }
}

/** `lines`: what it wrote to its standard error lately. */
function howItEnds(child: ChildProcess, lines: readonly string[]): Promise<FwError> {
  return new Promise((resolve) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'there is no such program' : cause.message
      resolve(new FwError('FW_WORKER_MISSING', `${child.spawnfile}: ${why}`, { cause }))
    })
    // 'close', not 'exit': what it said last has been read
    child.once('close', (code, signal) => {
      const how = signal ? `ended by ${signal}` : `ended with status ${code}`
      const last = lines.length > 0 ? `: ${lines.at(-1)!.slice(0, 300)}` : ''
      resolve(new FwError('FW_WORKER_LOST', `Python worker ${how}${last}`))
    })
  })
}
