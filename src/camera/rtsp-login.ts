/** Logs in for an RTSP client that has no credentials: adds them to its requests, and answers challenges in its place. */
import { randomBytes } from 'node:crypto'
import { authorization, type Challenge, chooseChallenge, type Login } from './digest.js'
import { headerOf, headersOf, type RtspMessage, withHeader } from './rtsp-messages.js'

export interface RtspLogin {
  /** A client's request, as it goes to the camera. */
  request(message: RtspMessage): RtspMessage
  /** A camera's reply: either for the client, or a request to send again instead. */
  reply(message: RtspMessage): { readonly forClient: RtspMessage } | { readonly again: RtspMessage }
}

/** Requests without a reply that are remembered; a client waits for each but its keep-alives. */
const MAX_OPEN = 32

/** `login` undefined: requests pass as they are. Sequence numbers are ours towards the camera, as a request may go twice. */
export function rtspLogin(login: Login | undefined): RtspLogin {
  const open = new Map<string, { message: RtspMessage; clientSeq: string; answered: boolean }>()
  let challenge: Challenge | undefined
  let count = 0
  let seq = 0

  function send(message: RtspMessage, clientSeq: string, answered: boolean): RtspMessage {
    const ours = String(++seq)
    open.set(ours, { message, clientSeq, answered })
    if (open.size > MAX_OPEN) open.delete(open.keys().next().value!)
    const numbered = withHeader(message, 'CSeq', ours)
    if (login === undefined || challenge === undefined) return numbered
    const [method = '', uri = ''] = message.first.split(' ')
    const cnonce = randomBytes(8).toString('hex')
    return withHeader(
      numbered,
      'Authorization',
      authorization(challenge, login, { method, uri, count: ++count, cnonce }),
    )
  }

  return {
    request: (message) => send(message, headerOf(message.headers, 'CSeq') ?? '0', false),
    reply(message) {
      const number = headerOf(message.headers, 'CSeq') ?? ''
      const asked = open.get(number)
      // A request of the camera's own, or a reply to none of ours.
      if (asked === undefined || !message.first.startsWith('RTSP/')) return { forClient: message }
      open.delete(number)
      if (login !== undefined && / 401\b/.test(message.first) && !asked.answered) {
        const next = chooseChallenge(headersOf(message.headers, 'WWW-Authenticate'))
        if (next !== undefined) {
          challenge = next
          count = 0
          return { again: send(asked.message, asked.clientSeq, true) }
        }
      }
      return { forClient: withHeader(message, 'CSeq', asked.clientSeq) }
    },
  }
}
