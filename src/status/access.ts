/** Who may look: the host that a browser thinks it talks to, and the token. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

export interface Access {
  /** Of `http.listen`. */
  readonly host: string
  /** Origin under which people reach the page. */
  readonly publicUrl?: string
  /** undefined: whoever reaches the server may look. */
  readonly token?: string
}

const COOKIE = 'framewarden'
/** A year: whoever changes the token ends all sessions. */
const COOKIE_S = 31_536_000

/**
 * Is the request meant for this server? Another site's name that points here (DNS rebinding) is in `Host`, a page of that site
 * could read everything. An address of whatever kind is no name that somebody else controls.
 */
export function isHostKnown(host: string | undefined, { host: own, publicUrl }: Access): boolean {
  if (host === undefined) return false
  const name = hostname(host)
  if (name === undefined) return false
  if (name === 'localhost' || name === own.toLowerCase() || isIP(name) !== 0) return true
  return publicUrl !== undefined && name === new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')
}

/** `Authorization: Bearer <token>` (RFC 6750 2.1), or the cookie that `sessionCookie` made. */
export function isAllowed({ authorization, cookie }: IncomingHttpHeaders, { token }: Access): boolean {
  if (token === undefined) return true
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (bearer !== undefined) return same(bearer, token)
  const session = (cookie ?? '').split('; ').find((one) => one.startsWith(`${COOKIE}=`))
  return session !== undefined && same(session.slice(COOKIE.length + 1), sessionOf(token))
}

/** `Set-Cookie` for who knows the token. It is no token: it opens this page alone, and no script reads it. */
export function sessionCookie(token: string, host: string | undefined, publicUrl: string | undefined): string {
  const encrypted =
    publicUrl?.startsWith('https:') && host !== undefined && hostname(host) === new URL(publicUrl).hostname
  const secure = encrypted ? '; Secure' : ''
  return `${COOKIE}=${sessionOf(token)}; Path=/; Max-Age=${COOKIE_S}; HttpOnly; SameSite=Lax${secure}`
}

function sessionOf(token: string): string {
  return createHash('sha256').update(`framewarden session ${token}`).digest('base64url')
}

/** In a time that does not tell how much of it was right. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

/** Of a `Host` header, RFC 9110 7.2, in lower case and without brackets; undefined: it is none. */
function hostname(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/@]+))(?::\d{1,5})?$/i.exec(host)
  return (match?.[1] ?? match?.[2])?.toLowerCase()
}
