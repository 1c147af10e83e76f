/**
 * One daemon per state_dir. The lock is a listening UNIX socket in it: the kernel knows whether its owner lives,
 * also across containers and after a crash or a reused pid, where a pid file does not.
 */
import { randomBytes } from 'node:crypto'
import { link, lstat, mkdir, rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { FwError } from '../core/errors.js'
import { withSocketPath } from '../files/socket-path.js'

const ANSWER_MS = 500

export interface StateLock {
  /** Resolves when another one may take it, whoever is still asking who holds it. */
  release(): Promise<void>
}

/** Creates `stateDir` where needed and takes its lock. Throws FW_STATE_LOCKED (another daemon lives) or FW_STATE_DIR. */
export async function lockState(stateDir: string): Promise<StateLock> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 })
    return await take(stateDir)
  } catch (error) {
    if (error instanceof FwError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new FwError('FW_STATE_DIR', `state_dir '${stateDir}' cannot be used: ${code ?? error}`, { cause: error })
  }
}

async function take(stateDir: string): Promise<StateLock> {
  const lock = join(stateDir, 'lock')
  // a name of its own for each attempt: two of them in one process, or of one pid in two containers, do not meet
  const own = join(stateDir, `.lock.${process.pid}.${randomBytes(4).toString('hex')}`)
  const listener = await withSocketPath(own, listen)
  try {
    await linkOnce(own, lock)
    const { ino } = await lstat(own)
    return { release: () => release(lock, ino, listener) }
  } catch (error) {
    listener.close()
    throw error
  } finally {
    await rm(own, { force: true })
  }
}

/** The name goes only if it is still ours: state_dir may have been removed and taken anew by another daemon. */
async function release(lock: string, ino: number, listener: Listener): Promise<void> {
  const at = await lstat(lock).catch(() => undefined) // gone
  if (at?.ino === ino) await rm(lock, { force: true })
  await listener.close()
}

/** link(2) is exclusive. A lock whose owner is dead is moved away first, and looked at again: it may be a fresh one by then. */
async function linkOnce(own: string, lock: string): Promise<void> {
  const stale = `${own}.stale`
  for (;;) {
    try {
      return await link(own, lock)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    await refuseIfAlive(lock, lock)
    try {
      await rename(lock, stale)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
      throw error
    }
    try {
      await refuseIfAlive(stale, lock)
    } catch (error) {
      await link(stale, lock).catch(() => {}) // a third one was faster: it holds the lock now
      throw error
    } finally {
      await rm(stale, { force: true })
    }
  }
}

interface Listener {
  close(): Promise<void>
}

function listen(path: string): Promise<Listener> {
  const asking = new Set<Socket>()
  const server: Server = createServer((socket) => {
    asking.add(socket)
    socket.on('close', () => asking.delete(socket))
    socket.on('error', () => {}) // whoever asked has gone
    socket.end(String(process.pid))
  })
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of asking) socket.destroy() // one that asks and never reads would hold the server open
    })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      resolve({ close })
    })
  })
}

/** Throws FW_STATE_LOCKED when somebody listens. The kernel accepts for an owner that is too busy to answer. */
async function refuseIfAlive(path: string, lock: string): Promise<void> {
  const owner = await withSocketPath(path, ownerOf)
  if (owner === undefined) return
  const who = owner === '' ? 'another process' : `process ${owner}`
  throw new FwError('FW_STATE_LOCKED', `${lock} is held by ${who}`)
}

/** The pid that whoever listens says, or ''; undefined: nobody does. */
function ownerOf(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let pid = ''
    const socket = connect(socketPath)
    socket.setTimeout(ANSWER_MS, () => socket.destroy())
    socket.setEncoding('utf8')
    socket.on('data', (text) => {
      pid += text
    })
    let connected = false
    socket.on('connect', () => {
      connected = true
    })
    socket.on('error', () => {}) // refused: nobody listens; 'close' follows
    socket.on('close', () => resolve(connected ? pid : undefined))
  })
}
