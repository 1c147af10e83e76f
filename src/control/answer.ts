/** From a line to the line that answers it; whatever comes, there is one. */
import { FwError } from '../core/errors.js'
import { parseRequest, type Reply, type Request, type Verbs, verbOf } from './protocol.js'

/** Never rejects. `onFault` hears of faults of ours, whose texts stay here. */
export async function answer(
  line: string,
  verbs: Verbs,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<string> {
  return `${await replyTo(() => parseRequest(line), verbs, signal, onFault)}\n`
}

/** As `answer`, for a request that came some other way, without the line's end; `read` throws FwError for what is none. */
export async function replyTo(
  read: () => Request,
  verbs: Verbs,
  signal: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<string> {
  let request: Request | undefined
  try {
    request = read()
    const result = await verbOf(verbs, request.verb)(request, signal)
    return text({ id: request.id, ok: true, ...result })
  } catch (error) {
    if (error instanceof FwError) return text({ id: request?.id, ok: false, code: error.code, message: error.message })
    onFault(error)
    return text({ id: request?.id, ok: false, code: 'FW_INTERNAL', message: "the daemon's log says more" })
  }
}

/** The reply to what was not even a line. */
export function refusal(message: string): string {
  return `${text({ ok: false, code: 'FW_REQUEST', message })}\n`
}

function text(reply: Reply): string {
  return JSON.stringify(reply)
}
