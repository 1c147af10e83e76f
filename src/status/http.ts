/** Health, metrics, the page and the history over HTTP: GET, but for what the page may ask, for who may look. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FwError } from '../core/errors.js'
import { isAllowed, isHostKnown } from './access.js'
import { sendHtml, sendJson, wantsHtml } from './answer.js'
import { boundConnections, type Connections } from './connections.js'
import { createEvents } from './events.js'
import { loginPage, loginPolicy } from './login-page.js'
import { createMetrics } from './metrics.js'
import { type Route, type RouteParts, routesOf } from './routes.js'

const MAX_CONNECTIONS = 64
const TIMEOUT_MS = 5_000
/** Node looks for requests that are too slow every 30 s by default. */
const TIMEOUT_CHECK_MS = 1_000

export interface StatusOptions extends Omit<RouteParts, 'metrics' | 'events' | 'connections'> {
  /** 0: the system chooses. */
  readonly port: number
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
  return { address: addressText(options.access.host, port), close }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

function createAnswers(options: StatusOptions, connections: Connections, signal: AbortSignal): Answer {
  const { access, onError } = options
  const metrics = createMetrics(options.snapshot)
  const events = createEvents(options.snapshot, signal, onError)
  const routes = routesOf({ ...options, metrics, events, connections })
  const paths = routes.map(({ path }) => path)
  return async (request, response) => {
    if (!isHostKnown(request.headers.host, access)) return sendJson(response, 421, { error: WRONG_HOST })
    const path = (request.url ?? '/').split('?', 1)[0]!
    const [route, part] = routeOf(routes, path)
    if (!route?.open && !isAllowed(request.headers, access)) return askForToken(request, response)
    if (!route) return sendJson(response, 404, { error: 'not found', paths })
    // RFC 9110 15.5.6: the methods that are allowed must be named.
    const { method = 'GET' } = route
    if (request.method !== method) return sendJson(response, 405, { error: `${method} only` }, { allow: method })
    await route.give(response, request, part)
  }
}

const WRONG_HOST = 'this server is not meant for that host; if it is, set http.public_url'

function routeOf(routes: readonly Route[], path: string): [Route, string] | [undefined, ''] {
  for (const route of routes) {
    const found = route.pattern.exec(path)
    if (found) return [route, found[1]!]
  }
  return [undefined, '']
}

/** RFC 9110 15.5.2: the scheme that is asked for must be named. */
function askForToken({ headers }: IncomingMessage, response: ServerResponse): void {
  const challenge = { 'www-authenticate': 'Bearer realm="framewarden"' }
  if (wantsHtml(headers.accept)) sendHtml(response, 401, loginPage, loginPolicy, challenge)
  else sendJson(response, 401, { error: 'Authorization: Bearer <http.token> is missing or wrong' }, challenge)
}

function listening(server: Server, { access: { host }, port }: StatusOptions): Promise<void> {
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
