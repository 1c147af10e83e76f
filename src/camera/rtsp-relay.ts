/**
 * The way from ffmpeg to a camera that wants TLS or a password: ffmpeg speaks plain RTSP to loopback, TLS and login are done
 * here. So a certificate is really checked (of the builds tried only 9.0 can), and the credentials are in no command
 * line, no message and no memory of ffmpeg's. (An ffconcat script on a descriptor hides them too, but then ffmpeg 4.x
 * takes no options: it tries UDP first whatever is asked, and starts 1.5 s later.)
 */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Login } from './digest.js'
import { rtspLogin } from './rtsp-login.js'
import { headerOf, type RtspMessage, rtspSplitter, wire, withHeader } from './rtsp-messages.js'

export interface RtspRelay {
  /** On 127.0.0.1, for one connection. */
  readonly port: number
  close(): void
}

export interface RelayTarget {
  /** Connected, and its certificate checked where there is one. */
  readonly camera: Socket
  /** IP that packets over UDP come from. */
  readonly ip: string
  /** What stands before the path in a request: `rtsp://gate:554`. */
  readonly origin: string
  readonly login?: Login
}

/** Listens on loopback for one client and joins it to the camera; takes over `target.camera` and closes it in the end. */
export async function openRtspRelay(target: RelayTarget): Promise<RtspRelay> {
  const { camera } = target
  // One client alone: another process of this host finds the door shut.
  const server = createServer((client) => {
    server.close()
    join(client, target, `rtsp://127.0.0.1:${client.localPort}`)
  })
  server.maxConnections = 1
  const close = () => {
    server.close()
    camera.destroy()
  }
  camera.on('close', () => server.close())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  }).catch((error: unknown) => {
    close()
    throw error
  })
  return { port: (server.address() as AddressInfo).port, close }
}

function join(client: Socket, { camera, ip, origin, login }: RelayTarget, ours: string): void {
  const session = rtspLogin(login)
  // Either end takes the other along; ffmpeg tells what a lost connection means.
  const part = () => {
    client.destroy()
    camera.destroy()
  }
  const pass = (from: Socket, to: Socket) => (bytes: Buffer) => {
    if (!to.write(bytes)) from.pause()
  }
  const toCamera = pass(client, camera)
  const toClient = pass(camera, client)
  const requests = rtspSplitter(
    (message) => toCamera(wire(session.request(addressed(message, ours, origin)))),
    toCamera,
  )
  const replies = rtspSplitter((message) => {
    const next = session.reply(message)
    if ('again' in next) toCamera(wire(next.again))
    else toClient(wire(sourced(next.forClient, ip)))
  }, toClient)
  for (const [from, to, split] of [
    [client, camera, requests],
    [camera, client, replies],
  ] as const) {
    from.setNoDelay(true)
    from.on('error', part)
    from.on('close', part)
    to.on('drain', () => from.resume())
    from.on('data', (chunk: Buffer) => {
      try {
        split(chunk)
      } catch {
        // What is no RTSP is no camera; ffmpeg sees the connection end and says so.
        part()
      }
    })
  }
}

/** The camera is asked for under its own address, not the relay's. */
function addressed(message: RtspMessage, ours: string, origin: string): RtspMessage {
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
