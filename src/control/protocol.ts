/** Requests and replies of the control socket: one JSON object a line. */
import { didYouMean } from '../core/did-you-mean.js'
import { FwError } from '../core/errors.js'

/** Name of the socket in state_dir. */
export const SOCKET = 'control.sock'
export const MAX_REQUEST_BYTES = 64 * 1024
/** A reply may hold the state of hundreds of cameras. */
export const MAX_REPLY_BYTES = 16 * 1024 * 1024
const MAX_ID = 128

/** `id` comes back in the reply; the rest belongs to the verb and was checked by nobody yet. */
export interface Request extends Readonly<Record<string, unknown>> {
  readonly verb: string
  readonly id?: string | number
}

export type Reply =
  | ({ readonly id?: string | number; readonly ok: true } & Readonly<Record<string, unknown>>)
  | { readonly id?: string | number; readonly ok: false; readonly code: string; readonly message: string }

/**
 * Answers one request with the members of its reply. A thrown FwError is the answer by its code; anything else is a fault of
 * ours. `signal`: nobody waits for the answer any more.
 */
export type Verb = (request: Request, signal: AbortSignal) => Promise<Result>
/** Members of a reply besides those that every reply has. */
export type Result = { readonly id?: never; readonly ok?: never } & Readonly<Record<string, unknown>>
export type Verbs = Readonly<Record<string, Verb>>

/** `known`: the verb, where the way that the request took says it. Throws FW_REQUEST, in words for whoever typed it. */
export function parseRequest(line: string, known?: string): Request {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new FwError('FW_REQUEST', 'the line is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FwError('FW_REQUEST', 'the line is no JSON object')
  }
  const { id, verb } = value as Readonly<Record<string, unknown>>
  if (id !== undefined && typeof id !== 'number' && !(typeof id === 'string' && id.length <= MAX_ID)) {
    throw new FwError('FW_REQUEST', `id is neither a number nor a text of at most ${MAX_ID} characters`)
  }
  if (known !== undefined) return { ...value, verb: known }
  if (typeof verb !== 'string') throw new FwError('FW_REQUEST', 'verb is missing')
  return value as Request
}

/** Throws FW_REQUEST for a verb that is not in `verbs`. */
export function verbOf(verbs: Verbs, name: string): Verb {
  if (Object.hasOwn(verbs, name)) return verbs[name]!
  const known = Object.keys(verbs)
  const nearest = didYouMean(name, known)
  throw new FwError(
    'FW_REQUEST',
    `unknown verb${nearest ? `, did you mean ${nearest}?` : ''}; known: ${known.join(', ')}`,
  )
}
