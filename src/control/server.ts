/** The control socket, `state_dir/control.sock`: how commands on this machine reach the daemon. Its file mode is the only guard. */
import { chmod, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { FwError } from '../core/errors.js'
import { withSocketPath } from '../files/socket-path.js'
import { connectTo } from './connect.js'
import { serve } from './connection.js'
import { SOCKET, type Verbs } from './protocol.js'

const MAX_CONNECTIONS = 32
const PATIENCE_MS = 10_000

export interface ControlOptions {
  readonly stateDir: string
  readonly verbs: Verbs
  /** A fault of ours: a verb threw what is no FwError, or no connection can be accepted. */
  onFault(error: unknown): void
  readonly patienceMs?: number
}

export interface Control {
  /** Ends every connection; resolves when the socket is gone. */
  close(): Promise<void>
}

/**
 * Listens, for this user alone (0600). What an ended daemon left is replaced. Throws FW_STATE_LOCKED when somebody answers there,
 * FW_STATE_DIR when the folder does not take a socket.
 */
export async function startControl({ patienceMs = PATIENCE_MS, ...options }: ControlOptions): Promise<Control> {
  const path = join(options.stateDir, SOCKET)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, { ...options, patienceMs })
  })
  server.maxConnections = MAX_CONNECTIONS
  server.on('error', options.onFault)
  try {
    await refuseIfAnswered(path)
    const { ino } = await listenAt(server, path, options.stateDir)
    return { close: () => close(server, sockets, path, ino) }
  } catch (error) {
    server.close()
    if (error instanceof FwError) throw error
    const why = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new FwError('FW_STATE_DIR', `${path}: ${why}`, { cause: error })
  }
}

/** Made in a folder that nobody else may enter, then moved: it is never there with another mode, and a link in its place is not followed. */
async function listenAt(server: Server, path: string, stateDir: string): Promise<{ ino: number }> {
  const folder = join(stateDir, '.control')
  await rm(folder, { recursive: true, force: true }) // of a daemon that was killed just here
  await mkdir(folder, { mode: 0o700 })
  const own = join(folder, 's')
  try {
    await withSocketPath(
      own,
      (short) =>
        new Promise<void>((resolve, reject) => {
          server.once('error', reject)
          server.listen(short, () => {
            server.off('error', reject)
            resolve()
          })
        }),
    )
    await chmod(own, 0o600)
    const { ino } = await lstat(own)
    await rename(own, path)
    return { ino }
  } finally {
    await rm(own, { force: true })
    await rmdir(folder)
  }
}

async function refuseIfAnswered(path: string): Promise<void> {
  const socket = await connectTo(path).catch(() => undefined) // nobody there, or no socket: to be replaced
  socket?.destroy()
  if (socket) throw new FwError('FW_STATE_LOCKED', `${path} is answered by another process`)
}

/** The name goes only if it is still ours. */
async function close(server: Server, sockets: ReadonlySet<Socket>, path: string, ino: number): Promise<void> {
  const at = await lstat(path).catch(() => undefined) // gone
  if (at?.ino === ino) await rm(path, { force: true })
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}
