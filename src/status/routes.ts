/** From a path to its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CAMERA_STATES } from '../core/camera-state.js'
import type { IncidentsWanted, LoggedIncident } from '../core/incident-history.js'
import { type CameraDay, timelineRows } from '../core/timeline.js'
import { type Access, sessionCookie } from './access.js'
import { SAFE_HEADERS, sendBody, sendHtml, sendJson, wantsHtml } from './answer.js'
import type { BoardSnapshot } from './board.js'
import type { Connections } from './connections.js'
import type { Events } from './events.js'
import { readEvidence } from './evidence-file.js'
import type { Metrics } from './metrics.js'
import { page, pagePolicy } from './page.js'
import { readiness } from './readiness.js'

const MAX_READERS = 16
const MAX_BODY = 16 * 1024

export interface RouteParts {
  readonly access: Access
  readonly stateDir: string
  snapshot(): BoardSnapshot
  /** Newest first. */
  incidents(wanted?: IncidentsWanted): readonly LoggedIncident[]
  incident(id: string): LoggedIncident | undefined
  /** A JPEG of the camera as it is now; undefined: there is none. */
  picture(cameraId: string): Promise<Buffer | undefined>
  /** The last day of the camera; undefined: there is none. */
  timeline(cameraId: string): CameraDay | undefined
  /** Answers a request of somebody on the page; never rejects. */
  request(verb: PageVerb, body: string): Promise<string>
  readonly metrics: Metrics
  readonly events: Events
  readonly connections: Connections
}

/** What may be asked from the page. */
export const PAGE_VERBS = ['acknowledge', 'drill'] as const
export type PageVerb = (typeof PAGE_VERBS)[number]

export interface Route {
  /** As people write it. */
  readonly path: string
  readonly pattern: RegExp
  /** GET, unless it changes something. */
  readonly method?: 'POST'
  /** Answered to who has not shown the token. */
  readonly open?: boolean
  /** `part`: what the pattern caught. */
  give(response: ServerResponse, request: IncomingMessage, part: string): void | Promise<void>
}

const SLUG = '[a-z0-9][a-z0-9-]{0,62}'

export function routesOf(parts: RouteParts): readonly Route[] {
  const { access, snapshot, events, metrics, connections } = parts
  const showPage = (response: ServerResponse) => sendHtml(response, 200, page, pagePolicy)
  return [
    { path: '/', pattern: /^\/()$/, give: showPage },
    {
      ...{ path: '/healthz', pattern: /^\/healthz()$/, open: true },
      give: (response) => {
        const { unit, version, startedAtMs } = snapshot()
        sendJson(response, 200, { status: 'alive', unit, version, started_at: new Date(startedAtMs).toISOString() })
      },
    },
    {
      ...{ path: '/readyz', pattern: /^\/readyz()$/ },
      give: (response) => {
        const found = readiness(snapshot(), Date.now())
        sendJson(response, found.ready ? 200 : 503, found)
      },
    },
    {
      ...{ path: '/metrics', pattern: /^\/metrics()$/ },
      give: async (response) => sendBody(response, 200, metrics.contentType, await metrics.text()),
    },
    {
      ...{ path: '/events', pattern: /^\/events()$/ },
      give: (response) => {
        if (events.readers >= MAX_READERS) return sendJson(response, 503, { error: `${MAX_READERS} readers at most` })
        if (response.socket) connections.hold(response.socket)
        response.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream' })
        events.add(response)
      },
    },
    {
      ...{ path: '/session', pattern: /^\/session()$/ },
      give: (response, { headers }) => {
        if (access.token === undefined) return sendJson(response, 404, { error: 'no http.token is set' })
        const cookie = sessionCookie(access.token, headers.host, access.publicUrl)
        sendJson(response, 200, { session: true }, { 'set-cookie': cookie })
      },
    },
    ...historyRoutes(parts, showPage),
    requestRoute(parts),
  ]
}

function historyRoutes(
  { stateDir, snapshot, incidents, incident, picture, timeline }: RouteParts,
  showPage: (response: ServerResponse) => void,
): readonly Route[] {
  return [
    {
      ...{ path: '/incidents', pattern: /^\/incidents()$/ },
      give: (response, { headers }) => {
        if (wantsHtml(headers.accept)) return showPage(response)
        sendJson(response, 200, { incidents: incidents() })
      },
    },
    {
      ...{ path: '/incidents/<id>', pattern: /^\/incidents\/([A-Za-z0-9-]{1,64})$/ },
      give: (response, { headers }, id) => {
        if (wantsHtml(headers.accept)) return showPage(response)
        const found = incident(id)
        if (found) sendJson(response, 200, found)
        else sendJson(response, 404, { error: 'the unit remembers no such incident' })
      },
    },
    {
      ...{ path: '/evidence/<path>', pattern: /^\/evidence\/([\w./-]{1,400})$/ },
      give: async (response, _, path) => {
        const jpeg = await readEvidence(stateDir, path)
        if (jpeg) sendBody(response, 200, 'image/jpeg', jpeg)
        else sendJson(response, 404, { error: 'no such picture; retention may have taken it' })
      },
    },
    {
      ...{ path: '/cameras/<id>/snapshot.jpg', pattern: new RegExp(`^/cameras/(${SLUG})/snapshot\\.jpg$`) },
      give: async (response, _, id) => {
        if (!snapshot().cameras.some((camera) => camera.id === id))
          return sendJson(response, 404, { error: 'no such camera' })
        const jpeg = await picture(id)
        if (jpeg) sendBody(response, 200, 'image/jpeg', jpeg)
        else sendJson(response, 503, { error: 'no picture comes from this camera now' })
      },
    },
    {
      ...{ path: '/cameras/<id>/timeline', pattern: new RegExp(`^/cameras/(${SLUG})/timeline$`) },
      give: (response, _, id) => {
        const found = timeline(id)
        if (found) sendJson(response, 200, { camera: id, states: CAMERA_STATES, minutes: timelineRows(found) })
        else sendJson(response, 404, { error: 'no such camera' })
      },
    },
  ]
}

/**
 * Only where a token is set, and for who has shown it. A page of another site cannot send this content type to us (Fetch: it
 * is not CORS-safelisted), so a browser that holds the cookie does not ask on its behalf.
 */
function requestRoute({ access, request }: RouteParts): Route {
  return {
    ...{ path: '/request/<verb>', pattern: /^\/request\/(acknowledge|drill)$/, method: 'POST' },
    give: async (response, asked, verb) => {
      if (access.token === undefined) return sendJson(response, 403, { error: 'set http.token to ask for anything' })
      if (!/^application\/json\b/.test(asked.headers['content-type'] ?? ''))
        return sendJson(response, 415, { error: 'application/json only' })
      const body = await bodyOf(asked)
      if (body === undefined) return sendJson(response, 413, { error: `${MAX_BODY} bytes at most` })
      sendBody(response, 200, 'application/json', `${await request(verb as PageVerb, body)}\n`)
    },
  }
}

/** undefined: it is too long. */
async function bodyOf(asked: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of asked as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
