/** Answers to an RTSP server's challenge: Digest (RFC 2617, RFC 7616) and Basic (RFC 7617). Pure. */
import { createHash } from 'node:crypto'

export interface Login {
  readonly username: string
  readonly password: string
}

export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'digest'
      readonly realm: string
      readonly nonce: string
      readonly opaque?: string
      readonly algorithm: 'MD5' | 'SHA-256'
      /** The server wants quality of protection `auth`. */
      readonly qop: boolean
    }

/** The best challenge among the values of WWW-Authenticate; undefined: none that we know. */
export function chooseChallenge(values: readonly string[]): Challenge | undefined {
  const known = values.map(parseChallenge).filter((challenge) => challenge !== undefined)
  const rank = (c: Challenge) => (c.scheme === 'basic' ? 0 : c.algorithm === 'MD5' ? 1 : 2)
  return known.sort((a, b) => rank(b) - rank(a))[0]
}

function parseChallenge(value: string): Challenge | undefined {
  if (/^basic\b/i.test(value)) return { scheme: 'basic' }
  if (!/^digest\b/i.test(value)) return undefined
  const field = (name: string) => {
    const match = new RegExp(`[\\s,]${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i').exec(value)
    return match?.[1] ?? match?.[2]
  }
  const [realm, nonce, opaque] = [field('realm'), field('nonce'), field('opaque')]
  const algorithm = (field('algorithm') ?? 'MD5').toUpperCase()
  if (realm === undefined || nonce === undefined || (algorithm !== 'MD5' && algorithm !== 'SHA-256')) return undefined
  const qop = (field('qop') ?? '').split(',').some((q) => q.trim().toLowerCase() === 'auth')
  return { scheme: 'digest', realm, nonce, opaque, algorithm, qop }
}

export interface DigestRequest {
  readonly method: string
  readonly uri: string
  /** How often this nonce has been used, from 1; `cnonce`: chance from the caller. Used with qop alone. */
  readonly count: number
  readonly cnonce: string
}

/** The value of the Authorization header. */
export function authorization(challenge: Challenge, login: Login, request: DigestRequest): string {
  const { username, password } = login
  if (challenge.scheme === 'basic') return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const { realm, nonce, opaque, algorithm, qop } = challenge
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex')
  const [a1, a2] = [hash(`${username}:${realm}:${password}`), hash(`${request.method}:${request.uri}`)]
  const nc = request.count.toString(16).padStart(8, '0')
  const response = qop ? hash(`${a1}:${nonce}:${nc}:${request.cnonce}:auth:${a2}`) : hash(`${a1}:${nonce}:${a2}`)
  const fields = [
    `username="${username.replace(/["\\]/g, '\\$&')}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `response="${response}"`,
  ]
  if (opaque !== undefined) fields.push(`opaque="${opaque}"`)
  if (algorithm !== 'MD5') fields.push(`algorithm=${algorithm}`)
  if (qop) fields.push('qop=auth', `nc=${nc}`, `cnonce="${request.cnonce}"`)
  return `Digest ${fields.join(', ')}`
}
