/** Health, metrics and the page over HTTP: GET only, no authentication, meant for loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FwError } from '../core/errors.js'
import type { BoardSnapshot } from './board.js'
import { boundConnections, type Connections } from './connections.js'
import { createEvents } from './events.js'
import { createMetrics } from './metrics.js'
import { page, pagePolicy } from './page.js'
import { readiness } from './readiness.js'

const MAX_CONNECTIONS = 64
const MAX_READERS = 16
const TIMEOUT_MS = 5_000
/** Node looks for requests that are too slow every 30 s by default. */
const TIMEOUT_CHECK_MS = 1_000

export interface StatusOptions {
  readonly host: string
  /** 0: the system chooses. */
  readonly port: number
  readonly snapshot: () => BoardSnapshot
  /** Closes the server, open event streams too. */
  readonly signal: AbortSignal
  /** A fault of ours: the reader gets a bare 500, this the reason. */
  readonly onError?: (error: unknown) => void
}

export interface Status {
  /** `127.0.0.1:9464` */
  readonly address: string
  /** Resolves when no connection is left. */
  close(): Promise<void>
}

/** Serves until closed. Throws FW_HTTP_LISTEN when the address cannot be had. */
export async function startStatus(options: StatusOptions): Promise<Status> {
  const stop = new AbortController()
  const server = createServer({
    headersTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    keepAliveTimeout: TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  })
  const connections = boundConnections(server, MAX_CONNECTIONS)
  const answer = createAnswers(options, connections, stop.signal)
  server.maxRequestsPerSocket = 1_000
  server.on('request', (request, response) => {
    answer(request, response).catch((error) => {
      options.onError?.(error)
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { error: 'internal error' })
    })
  })
  await listening(server, options)

  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= new Promise((resolve) => {
      stop.abort()
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closed
  }
  const { port } = (server.address() as AddressInfo | null) ?? options
  if (options.signal.aborted) await close()
  else options.signal.addEventListener('abort', close, { once: true })
  return { address: addressText(options.host, port), close }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

function createAnswers({ snapshot, onError }: StatusOptions, connections: Connections, signal: AbortSignal): Answer {
  const metrics = createMetrics(snapshot)
  const events = createEvents(snapshot, signal, onError)
  const paths: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>> = {
    '/': (response) => send(response, 200, 'text/html; charset=utf-8', page, { 'content-security-policy': pagePolicy }),
    '/healthz': (response) => {
      const { unit, version, startedAtMs } = snapshot()
      sendJson(response, 200, { status: 'alive', unit, version, started_at: new Date(startedAtMs).toISOString() })
    },
    '/readyz': (response) => {
      const found = readiness(snapshot(), Date.now())
      sendJson(response, found.ready ? 200 : 503, found)
    },
    '/metrics': async (response) => send(response, 200, metrics.contentType, await metrics.text()),
    '/events': (response) => {
      if (events.readers >= MAX_READERS) return sendJson(response, 503, { error: `${MAX_READERS} readers at most` })
      if (response.socket) connections.hold(response.socket)
      response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream' })
      events.add(response)
    },
  }
  return async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0]!
    const give = Object.hasOwn(paths, path) ? paths[path] : undefined
    if (!give) return sendJson(response, 404, { error: 'not found', paths: Object.keys(paths) })
    // RFC 9110 15.5.6: the methods that are allowed must be named.
    if (request.method !== 'GET') return sendJson(response, 405, { error: 'GET only' }, { allow: 'GET' })
    await give(response)
  }
}

const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  more: Record<string, string> = {},
): void {
  const length = String(Buffer.byteLength(body))
  response.writeHead(status, { ...SAFE_HEADERS, 'content-type': type, 'content-length': length, ...more }).end(body)
}

function sendJson(response: ServerResponse, status: number, value: unknown, more: Record<string, string> = {}): void {
  send(response, status, 'application/json', `${JSON.stringify(value)}\n`, more)
}

function listening(server: Server, { host, port }: StatusOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = LISTEN_ERRORS[cause.code ?? ''] ?? cause.code ?? cause.message
      reject(new FwError('FW_HTTP_LISTEN', `http.listen ${addressText(host, port)}: ${why}`, { cause }))
    })
    server.listen({ host, port }, resolve)
  })
}

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the host name is unknown',
}

function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
