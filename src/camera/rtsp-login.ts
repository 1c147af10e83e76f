/** Logs in for an RTSP client that has no credentials: adds them to its requests and answers challenges in its place. Pure. */
import { authorization, type Challenge, chooseChallenge, type Login } from './digest.js'
import { headerOf, headersOf, type RtspMessage, withHeader, withoutHeader } from './rtsp-messages.js'

/** A request that waits for its reply. */
interface Asked {
  readonly message: RtspMessage
  readonly clientSeq: string
  /** What its Authorization answered; undefined: it went without. */
  readonly answered?: Challenge
  /** It went a second time, in the place of the client. */
  readonly again: boolean
}

/** One connection's login. */
export interface LoginState {
  /** By our sequence number: towards the server they are ours, as a request may go twice. */
  readonly asked: ReadonlyMap<string, Asked>
  readonly seq: number
  readonly challenge?: Challenge
  /** How often the challenge has been answered. */
  readonly uses: number
}

export interface LoginInput {
  readonly from: 'client' | 'server'
  readonly message: RtspMessage
}

/** A message to pass on (`replyTo`: the method that it answers), or that the server lets nobody in: a clause without its subject. */
export type LoginEffect =
  | { readonly to: 'server'; readonly message: RtspMessage }
  | { readonly to: 'client'; readonly message: RtspMessage; readonly replyTo?: string }
  | { readonly refused: string }

export const NO_LOGIN_YET: LoginState = { asked: new Map(), seq: 0, uses: 0 }

/** Requests without a reply that are remembered; a client waits for each but its keep-alives. */
const MAX_ASKED = 32

/**
 * One message. `login` undefined: requests pass as they are; `cnonce`: chance from the caller. A login is tried once: each
 * refusal counts at a camera that locks accounts, so the client, which gets to see it, gets no challenge to answer by itself.
 */
export function loginStep(
  state: LoginState,
  { from, message }: LoginInput,
  login: Login | undefined,
  cnonce: string,
): [LoginState, LoginEffect[]] {
  if (from === 'client') {
    const clientSeq = headerOf(message.headers, 'CSeq') ?? '0'
    return send(state, { message, clientSeq, again: false }, login, cnonce)
  }
  const number = headerOf(message.headers, 'CSeq') ?? ''
  const asked = state.asked.get(number)
  // A request of the server's own, or a reply to none of ours.
  if (asked === undefined || !message.first.startsWith('RTSP/')) return [state, [{ to: 'client', message }]]
  const left = { ...state, asked: new Map([...state.asked].filter(([seq]) => seq !== number)) }
  const forClient = (reply: RtspMessage): LoginEffect => ({
    to: 'client',
    message: withHeader(reply, 'CSeq', asked.clientSeq),
    replyTo: asked.message.first.split(' ', 1)[0],
  })
  const [, status] = message.first.split(' ')
  if (status === '403') return [left, [{ refused: 'forbids the stream to this user' }, forClient(message)]]
  if (status !== '401') return [left, [forClient(message)]]
  const values = headersOf(message.headers, 'WWW-Authenticate')
  const challenge = chooseChallenge(values)
  const refused = refusal(asked, login, challenge, values)
  if (refused !== undefined) return [left, [{ refused }, forClient(withoutHeader(message, 'WWW-Authenticate'))]]
  return send({ ...left, challenge, uses: 0 }, { ...asked, again: true }, login, cnonce)
}

function send(state: LoginState, asked: Asked, login: Login | undefined, cnonce: string): [LoginState, LoginEffect[]] {
  const { challenge } = state
  const seq = state.seq + 1
  const answers = login !== undefined && challenge !== undefined
  const open = [...state.asked, [String(seq), { ...asked, answered: answers ? challenge : undefined }] as const]
  const next = { ...state, seq, asked: new Map(open.slice(-MAX_ASKED)), uses: state.uses + 1 }
  const message = withHeader(asked.message, 'CSeq', String(seq))
  if (!answers) return [next, [{ to: 'server', message }]]
  const [method = '', uri = ''] = message.first.split(' ')
  const value = authorization(challenge, login, { method, uri, count: next.uses, cnonce })
  return [next, [{ to: 'server', message: withHeader(message, 'Authorization', value) }]]
}

/** Why a 401 is final; undefined: it is answered. */
function refusal(
  { answered, again }: Asked,
  login: Login | undefined,
  challenge: Challenge | undefined,
  offered: readonly string[],
): string | undefined {
  if (login === undefined) return 'asks for a user name and a password'
  if (challenge === undefined) {
    const schemes = offered.map((value) => value.split(/[\s,]/, 1)[0]).join(', ')
    return `asks for a login that is not Basic or Digest by MD5 or SHA-256 (${schemes === '' ? 'none named' : schemes})`
  }
  // A nonce grows stale (RFC 7616 3.3); the same answer to the same challenge is the same refusal.
  const stale = answered?.scheme === 'digest' && challenge.scheme === 'digest' && answered.nonce !== challenge.nonce
  return answered === undefined || (stale && !again) ? undefined : 'refuses the user name or the password'
}
