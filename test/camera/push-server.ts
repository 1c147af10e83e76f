/** A small RTSP server that a stream is pushed to (RFC 2326, ANNOUNCE and RECORD), with Basic login or TLS if asked. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Certificate } from './certificates.js'

export interface PushServerOptions {
  /** 0: any that is free. */
  readonly port?: number
  readonly login?: { readonly username: string; readonly password: string }
  readonly certificate?: Certificate
  /**
   * `take`: reads what comes. `unlisted`: takes it and hangs up, as go2rtc 1.9.9 does with a stream that it does not list
   * (internal/rtsp/rtsp.go). `unknown`: refuses the path.
   */
  readonly behaviour?: 'take' | 'unlisted' | 'unknown'
}

export interface PushServer {
  readonly port: number
  /** `METHOD uri` as they came, those without a login too. */
  readonly requests: string[]
  /** What was announced (RFC 4566); empty: nothing yet. */
  sdp(): string
  /** Settles when `n` interleaved packets have come in all. */
  packets(n: number): Promise<void>
  /** Hangs up on whoever pushes. */
  hangUp(): void
  close(): void
}

export async function pushServer(options: PushServerOptions = {}): Promise<PushServer> {
  const { login, behaviour = 'take', certificate } = options
  const wanted = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  const requests: string[] = []
  const open = new Set<Socket>()
  const waiting: { n: number; resolve: () => void }[] = []
  let seen = 0
  let sdp = ''

  function serve(client: Socket): void {
    open.add(client)
    client.on('error', () => {})
    client.on('close', () => open.delete(client))
    let bytes = Buffer.alloc(0)
    client.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let size = partOf(bytes); size > 0 && size <= bytes.length; size = partOf(bytes)) {
        const part = bytes.subarray(0, size)
        bytes = bytes.subarray(size)
        if (part[0] === 0x24) count()
        else answer(client, part.toString('latin1'))
      }
    })
  }

  function count(): void {
    seen++
    for (const w of waiting.splice(0)) {
      if (seen >= w.n) w.resolve()
      else waiting.push(w)
    }
  }

  function answer(client: Socket, request: string): void {
    const header = (name: string) => new RegExp(`^${name}: *(.*)\r$`, 'im').exec(request)?.[1]
    const [method = '', uri] = request.split(' ')
    requests.push(`${method} ${uri}`)
    if (method === 'ANNOUNCE') sdp = request.slice(request.indexOf('\r\n\r\n') + 4)
    const reply = (status: string, ...lines: string[]) =>
      client.write(`RTSP/1.0 ${[status, `CSeq: ${header('CSeq')}`, 'Session: 1', ...lines].join('\r\n')}\r\n\r\n`)
    const authorization = header('Authorization')
    if (wanted !== undefined && authorization !== wanted) {
      reply('401 Unauthorized', 'WWW-Authenticate: Basic realm="test"')
      if (authorization !== undefined) client.end()
    } else if (method === 'ANNOUNCE' && behaviour === 'unknown') reply('404 Not Found')
    else if (method === 'SETUP') reply('200 OK', `Transport: ${header('Transport')}`)
    else reply('200 OK')
    if (method === 'RECORD' && behaviour === 'unlisted') client.end()
  }

  const server = certificate === undefined ? createServer(serve) : createTlsServer(certificate, serve)
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sdp: () => sdp,
    packets: (n) =>
      new Promise((resolve) => {
        waiting.push({ n, resolve })
      }),
    hangUp() {
      for (const client of open) client.destroy()
    },
    close() {
      server.close()
      for (const client of open) client.destroy()
    },
  }
}

/** Bytes of the interleaved packet or request that `bytes` begins with; 0: not known yet. */
function partOf(bytes: Buffer): number {
  if (bytes[0] === 0x24) return bytes.length < 4 ? 0 : 4 + bytes.readUInt16BE(2)
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return 0
  return head + 4 + Number(/^Content-Length: *(\d+)/im.exec(bytes.toString('latin1', 0, head))?.[1] ?? 0)
}
