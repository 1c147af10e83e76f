/** Connects to a UNIX socket, however long its path is. */
import { connect, type Socket } from 'node:net'
import { withSocketPath } from '../files/socket-path.js'

/** Rejects with the system's error: ENOENT, ECONNREFUSED, EACCES … */
export function connectTo(path: string): Promise<Socket> {
  return withSocketPath(
    path,
    (short) =>
      new Promise((resolve, reject) => {
        const socket = connect(short)
        socket.once('error', reject)
        socket.once('connect', () => {
          socket.off('error', reject)
          resolve(socket)
        })
      }),
  )
}
