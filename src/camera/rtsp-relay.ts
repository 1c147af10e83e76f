/**
 * The way from ffmpeg to an RTSP server that wants TLS or a password: ffmpeg speaks plain RTSP to loopback, TLS and login are
 * done here. So a certificate is really checked (of the builds tried only 9.0 can), and the credentials are in no command
 * line, no message and no memory of ffmpeg's. (An ffconcat script on a descriptor hides them too, but then ffmpeg 4.x
 * takes no options: it tries UDP first whatever is asked, and starts 1.5 s later.)
 */
import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Login } from './digest.js'
import { loginStep, NO_LOGIN_YET } from './rtsp-login.js'
import { headerOf, type RtspMessage, rtspSplitter, wire, withHeader } from './rtsp-messages.js'

export interface RtspRelay {
  /** On 127.0.0.1, for one connection. */
  readonly port: number
  /** What the server did to the login, a clause without its subject; undefined: it has not refused it. */
  refusal(): string | undefined
  /** `text` with the server's own address where ffmpeg, who knows no other, names the relay's. */
  addressed(text: string): string
  close(): void
}

export interface RelayTarget {
  /** Connected, and its certificate checked where there is one. */
  readonly server: Socket
  /** IP that packets over UDP come from. */
  readonly ip: string
  /** What stands before the path in a request: `rtsp://gate:554`. */
  readonly origin: string
  readonly login?: Login
}

/** Listens on loopback for one client and joins it to the server; takes over `target.server` and closes it in the end. */
export async function openRtspRelay(target: RelayTarget): Promise<RtspRelay> {
  const { server, origin } = target
  let refused: string | undefined
  // One client alone: another process of this host finds the door shut.
  const door = createServer((client) => {
    door.close()
    join(client, target, `rtsp://127.0.0.1:${client.localPort}`, (what) => {
      refused ??= what
    })
  })
  door.maxConnections = 1
  const close = () => {
    door.close()
    server.destroy()
  }
  server.on('close', () => door.close())
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
    refusal: () => refused,
    addressed: (text) => text.replaceAll(`rtsp://${ours}`, origin).replaceAll(ours, origin.replace(/^.*\/\//, '')),
    close,
  }
}

function join(client: Socket, target: RelayTarget, ours: string, onRefused: (what: string) => void): void {
  const { server, ip, origin, login } = target
  let state = NO_LOGIN_YET
  const toServer = pass(client, server)
  const toClient = pass(server, client)
  const take = (from: 'client' | 'server', message: RtspMessage) => {
    const [next, effects] = loginStep(state, { from, message }, login, randomBytes(8).toString('hex'))
    state = next
    for (const effect of effects) {
      if ('refused' in effect) onRefused(effect.refused)
      else if (effect.to === 'server') toServer(wire(effect.message))
      else toClient(wire(sourced(effect.message, ip)))
    }
  }
  // Either end takes the other along; ffmpeg tells what a lost connection means. What the server said last still arrives.
  const part = () => {
    client.end()
    client.setTimeout(LAST_WORDS_MS, () => client.destroy())
    server.destroy()
  }
  read(
    client,
    rtspSplitter((message) => take('client', asked(message, ours, origin)), toServer),
    part,
  )
  read(
    server,
    rtspSplitter((message) => take('server', message), toClient),
    part,
  )
}

/** A client that does not read its last bytes is left. */
const LAST_WORDS_MS = 1000

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
