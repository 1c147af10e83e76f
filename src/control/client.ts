/** Asks the daemon of a state_dir: what commands that work beside a running daemon use. */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { type FwCode, FwError, REMEDIES } from '../core/errors.js'
import { connectTo } from './connect.js'
import { NOTHING, splitLines } from './line-reader.js'
import { MAX_REPLY_BYTES, type Reply, SOCKET } from './protocol.js'

export interface AskOptions {
  readonly parameters?: Readonly<Record<string, unknown>>
  /** For the whole answer. */
  readonly timeoutMs: number
  /** Gives up, and lets the daemon know by going. */
  readonly signal?: AbortSignal
}

/**
 * Sends one request and resolves to the members of its reply. Throws FW_NOT_RUNNING, FW_CONTROL_DENIED, FW_CONTROL_FAILED, the
 * daemon's own refusal by its code, or the reason of `signal`.
 */
export async function askDaemon(
  stateDir: string,
  verb: string,
  { parameters, timeoutMs, signal }: AskOptions,
): Promise<Readonly<Record<string, unknown>>> {
  signal?.throwIfAborted()
  const path = join(stateDir, SOCKET)
  const id = randomUUID()
  const socket = await connectTo(path).catch((error) => {
    throw unreachable(path, stateDir, error)
  })
  const onAbort = () => socket.destroy(signal!.reason)
  signal?.addEventListener('abort', onAbort)
  const timer = setTimeout(() => {
    socket.destroy(new FwError('FW_CONTROL_FAILED', `${path}: no answer to ${verb} within ${timeoutMs} ms`))
  }, timeoutMs)
  try {
    socket.write(`${JSON.stringify({ ...parameters, id, verb })}\n`)
    return membersOf(await firstLine(socket, path), id, path)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    socket.destroy()
  }
}

function firstLine(socket: Socket, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let rest = NOTHING
    const fail = (what: string) => reject(new FwError('FW_CONTROL_FAILED', `${path}: ${what}`))
    socket.on('data', (piece: Buffer) => {
      const split = splitLines(rest, piece, MAX_REPLY_BYTES)
      rest = split.rest
      if (split.tooLong) fail(`an answer of more than ${MAX_REPLY_BYTES} bytes`)
      else if (split.lines[0] !== undefined) resolve(split.lines[0])
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // the system's (EPIPE …), or what we ended it with
      if (error.syscall === undefined) reject(error)
      else fail(`closed without an answer (${error.code})`)
    })
    socket.on('close', () => fail('closed without an answer'))
  })
}

function membersOf(line: string, id: string, path: string): Readonly<Record<string, unknown>> {
  let reply: Partial<Reply> | null
  try {
    reply = JSON.parse(line)
  } catch (cause) {
    throw new FwError('FW_CONTROL_FAILED', `${path}: an answer that is no JSON`, { cause })
  }
  if (reply?.ok === true && reply.id === id) {
    const { id: _, ok: __, ...members } = reply
    return members
  }
  if (reply?.ok === false && typeof reply.code === 'string') {
    const message = String(reply.message)
    // a daemon of another version may know codes that this one does not
    if (Object.hasOwn(REMEDIES, reply.code)) throw new FwError(reply.code as FwCode, message)
    throw new FwError('FW_CONTROL_FAILED', `${reply.code}: ${message}`)
  }
  throw new FwError('FW_CONTROL_FAILED', `${path}: an answer to nothing that was asked`)
}

function unreachable(path: string, stateDir: string, error: NodeJS.ErrnoException): FwError {
  const { code } = error
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK') {
    return new FwError('FW_NOT_RUNNING', `no daemon is running on state_dir ${stateDir}`, { cause: error })
  }
  if (code === 'EACCES' || code === 'EPERM')
    return new FwError('FW_CONTROL_DENIED', `${path}: ${code}`, { cause: error })
  return new FwError('FW_CONTROL_FAILED', `${path}: ${code ?? error.message}`, { cause: error })
}
