/**
 * The way from ffmpeg to an RTSP server that wants TLS or a password: ffmpeg speaks plain RTSP to loopback, TLS and login are
 * done here. So a certificate is really checked (of the builds tried only 9.0 can), and the credentials are in no command
 * line, no message and no memory of ffmpeg's. (An ffconcat script on a descriptor hides them too, but then ffmpeg 4.x
 * takes no options: it tries UDP first whatever is asked, and starts 1.5 s later.)
 */
import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Login } from './digest.js'
import type { ReachedServer } from './reach.js'
import { loginStep, NO_LOGIN_YET } from './rtsp-login.js'
import { headerOf, type RtspMessage, rtspSplitter, wire, withHeader } from './rtsp-messages.js'

export interface RtspRelay {
  /** On 127.0.0.1, for one connection. */
  readonly port: number
  heard(): Heard
  /** `text` with the server's own address where ffmpeg, who knows no other, names the relay's. */
  addressed(text: string): string
  close(): void
}

/** What the server has said. */
export interface Heard {
  /** What it does to the login, a clause without its subject; undefined: it has not refused it. */
  readonly refused?: string
  /** Its last reply that was no success: `404 Not Found to DESCRIBE`. */
  readonly failed?: string
  /** When it took PLAY or RECORD, on the monotonic clock. */
  readonly takenAtMs?: number
  /** When its connection was gone, on the monotonic clock. */
  readonly goneAtMs?: number
}

export interface RelayTarget extends ReachedServer {
  readonly login?: Login
}

/** Listens on loopback for one client and joins it to the server; takes over `target.server` and closes it in the end. */
export async function openRtspRelay(target: RelayTarget): Promise<RtspRelay> {
  const { server, origin } = target
  let heard: Heard = {}
  let client: Socket | undefined
  // One client alone: another process of this host finds the door shut.
  const door = createServer((socket) => {
    door.close()
    client = socket
    join(socket, target, (more) => {
      heard = { ...heard, ...more }
    })
  })
  door.maxConnections = 1
  const close = () => {
    door.close()
    client?.destroy()
    server.destroy()
  }
  server.on('close', () => {
    heard = { ...heard, goneAtMs: performance.now() }
    door.close()
  })
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject)
    door.listen(0, '127.0.0.1', resolve)
  }).catch((error: unknown) => {
    close()
    throw error
  })
  const { port } = door.address() as AddressInfo
  const ours = `127.0.0.1:${port}`
  return {
    port,
    heard: () => heard,
    addressed: (text) => text.replaceAll(`rtsp://${ours}`, origin).replaceAll(ours, origin.replace(/^.*\/\//, '')),
    close,
  }
}

function join(client: Socket, { server, ip, origin, login }: RelayTarget, onHeard: (more: Heard) => void): void {
  const ours = `rtsp://127.0.0.1:${client.localPort}`
  let state = NO_LOGIN_YET
  const toServer = pass(client, server)
  const toClient = pass(server, client)
  const take = (from: 'client' | 'server', message: RtspMessage) => {
    const [next, effects] = loginStep(state, { from, message }, login, randomBytes(8).toString('hex'))
    state = next
    for (const effect of effects) {
      if ('refused' in effect) onHeard(effect)
      else if (effect.to === 'server') toServer(wire(effect.message))
      else {
        if (effect.replyTo !== undefined) onHeard(outcome(effect.replyTo, effect.message, performance.now()))
        toClient(wire(sourced(effect.message, ip)))
      }
    }
  }
  // Either end takes the other along, but what the server said last still arrives; ffmpeg tells what a lost connection means.
  const part = () => {
    client.end(() => client.destroy())
    server.destroy()
  }
  const asks = rtspSplitter((message) => take('client', asked(message, ours, origin)), toServer)
  const answers = rtspSplitter((message) => take('server', message), toClient)
  read(client, asks, part)
  read(server, answers, part)
}

function outcome(method: string, { first }: RtspMessage, nowMs: number): Heard {
  const [, status = '', ...reason] = first.split(' ')
  if (!status.startsWith('2')) return { failed: `${[status, ...reason].join(' ')} to ${method}` }
  return method === 'PLAY' || method === 'RECORD' ? { takenAtMs: nowMs } : {}
}

function read(from: Socket, split: (chunk: Buffer) => void, part: () => void): void {
  from.setNoDelay(true)
  from.on('error', part)
  from.on('close', part)
  from.on('data', (chunk: Buffer) => {
    try {
      split(chunk)
    } catch {
      // What is no RTSP is no camera; ffmpeg sees the connection end and says so.
      part()
    }
  })
}

/** Writes to `to`, and holds `from` back while `to` does not read. */
function pass(from: Socket, to: Socket): (bytes: Buffer) => void {
  to.on('drain', () => from.resume())
  return (bytes) => {
    if (to.writable && !to.write(bytes)) from.pause()
  }
}

/** The server is asked under its own address, not the relay's. */
function asked(message: RtspMessage, ours: string, origin: string): RtspMessage {
  const [method = '', uri = '', ...version] = message.first.split(' ')
  if (!uri.startsWith(ours)) return message
  return { ...message, first: [method, origin + uri.slice(ours.length), ...version].join(' ') }
}

/** RFC 2326 12.39 `source`: over UDP, ffmpeg sends its reports there instead of to the relay. */
function sourced(message: RtspMessage, ip: string): RtspMessage {
  const transport = headerOf(message.headers, 'Transport')
  if (transport === undefined || /interleaved|source=|TCP/i.test(transport)) return message
  return withHeader(message, 'Transport', `${transport};source=${ip}`)
}
