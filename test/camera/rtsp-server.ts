/** A small RTSP server for machines with npm alone: one H.264 clip over TCP (RFC 2326), with digest (RFC 2617) or TLS if asked. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Certificate } from './certificates.js'
import { bundled } from './partners.js'

export interface RtspServerOptions {
  readonly clip: string
  readonly folder: string
  readonly login?: { readonly username: string; readonly password: string }
  readonly certificate?: Certificate
}

export interface RtspServer {
  readonly port: number
  /** Request lines as they came, without headers. */
  readonly requests: string[]
  /** Stops sending pictures, as a camera that hangs; the connection stays. */
  hang(): void
  close(): Promise<void>
}

const REALM = 'test camera'
const NONCE = '5f3c8a'
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

export async function rtspServer(options: RtspServerOptions): Promise<RtspServer> {
  // ffmpeg packs the clip into RTP; its packets go on to whoever plays, interleaved (RFC 2326 10.12).
  const packets = createSocket('udp4')
  packets.bind(0, '127.0.0.1')
  await once(packets, 'listening')
  const sdpPath = `${options.folder}/camera-${packets.address().port}.sdp`
  const target = `rtp://127.0.0.1:${packets.address().port}?pkt_size=1300`
  const argv = [
    '-nostdin',
    '-v',
    'error',
    '-re',
    '-stream_loop',
    '-1',
    '-i',
    options.clip,
    '-c',
    'copy',
    '-f',
    'rtp',
    '-sdp_file',
    sdpPath,
    target,
  ]
  const packer: ChildProcess = spawn(bundled.path, argv, { stdio: 'ignore' })
  const playing = new Set<Socket>()
  const connected = new Set<Socket>()
  let hangs = false
  packets.on('message', (packet) => {
    if (hangs) return
    const head = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 255])
    for (const client of playing) client.write(Buffer.concat([head, packet]))
  })
  await once(packets, 'message')
  const sdp = `v=0\r\n${readFileSync(sdpPath, 'utf8')
    .replace(/^SDP:\n/, '')
    .split('\n')
    .slice(1)
    .join('\r\n')
    .replace(/m=video \d+/, 'm=video 0')
    .replace(/c=IN IP4 .*/, 'c=IN IP4 0.0.0.0')}`
    .replace(/\r\r/g, '\r')
    .trimEnd()
  const requests: string[] = []

  const onConnection = (client: Socket) => {
    connected.add(client)
    client.on('error', () => {})
    client.on('close', () => {
      playing.delete(client)
      connected.delete(client)
    })
    let text = ''
    client.on('data', (chunk) => {
      // RTCP of the client comes interleaved too; it starts with $ and is passed over.
      if (chunk[0] === 0x24) return
      text += chunk.toString('latin1')
      for (let at = text.indexOf('\r\n\r\n'); at >= 0; at = text.indexOf('\r\n\r\n')) {
        answer(client, text.slice(0, at))
        text = text.slice(at + 4)
      }
    })
  }

  function answer(client: Socket, request: string): void {
    const [first = '', ...headers] = request.split('\r\n')
    requests.push(first)
    const [method = '', uri = ''] = first.split(' ')
    const header = (name: string) =>
      headers
        .find((h) => h.toLowerCase().startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim()
    const [status, lines = [], body = ''] = reply(method, uri, header)
    const size = body === '' ? [] : [`Content-Length: ${body.length}`]
    client.write(`RTSP/1.0 ${status}\r\n${[`CSeq: ${header('cseq')}`, ...lines, ...size].join('\r\n')}\r\n\r\n${body}`)
    if (method === 'PLAY' && status === '200 OK') playing.add(client)
  }

  function reply(
    method: string,
    uri: string,
    header: (name: string) => string | undefined,
  ): [string, string[]?, string?] {
    if (method === 'OPTIONS') return ['200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN']]
    if (!admitted(method, header('authorization'))) {
      return ['401 Unauthorized', [`WWW-Authenticate: Digest realm="${REALM}", nonce="${NONCE}"`]]
    }
    if (method === 'DESCRIBE') {
      return ['200 OK', ['Content-Type: application/sdp', `Content-Base: ${uri}/`], `${sdp}\r\na=control:track1\r\n`]
    }
    if (method !== 'SETUP') return ['200 OK', ['Session: 1']]
    if (!header('transport')?.includes('TCP')) return ['461 Unsupported transport']
    return ['200 OK', ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1']]
  }

  function admitted(method: string, authorization: string | undefined): boolean {
    if (options.login === undefined) return true
    const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(authorization ?? '')?.[1] ?? ''
    const { username, password } = options.login
    const a1 = md5(`${username}:${REALM}:${password}`)
    return (
      field('username') === username && field('response') === md5(`${a1}:${NONCE}:${md5(`${method}:${field('uri')}`)}`)
    )
  }

  const { certificate } = options
  const server = certificate === undefined ? createServer(onConnection) : createTlsServer(certificate, onConnection)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    hang() {
      hangs = true
    },
    async close() {
      packer.kill('SIGKILL')
      packets.close()
      for (const client of connected) client.destroy()
      server.close()
      await once(packer, 'close')
    },
  }
}
