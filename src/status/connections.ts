/** Bounds the connections of a server without ever refusing the next one: half-open ones would keep out who asks for health. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

export interface Connections {
  /** An answer on this connection goes on by design: it is not ended for a new one. */
  hold(socket: Socket): void
}

/** For a connection beyond `limit` the one goes whose last request, or opening, is longest ago; if all are held, the new one. */
export function boundConnections(server: Server, limit: number): Connections {
  /** Those that may be ended, oldest first. */
  const free = new Set<Socket>()
  const held = new Set<Socket>()

  server.on('connection', (socket) => {
    free.add(socket)
    socket.once('close', () => {
      free.delete(socket)
      held.delete(socket)
    })
    if (free.size + held.size <= limit) return
    for (const oldest of free) {
      free.delete(oldest)
      oldest.destroy()
      return
    }
  })
  server.on('request', ({ socket }) => {
    if (free.delete(socket)) free.add(socket)
  })
  return {
    hold(socket) {
      if (free.delete(socket)) held.add(socket)
    },
  }
}
