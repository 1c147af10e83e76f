/** Requests over MQTT become those of the control socket, as far as `mqtt.requests` lets them. */
import { replyTo } from '../control/answer.js'
import { parseRequest, type Request, type Verbs } from '../control/protocol.js'
import { FwError } from '../core/errors.js'
import type { AnswerRequest, RequestRights, RequestVerb } from '../delivery/mqtt/request-inbox.js'

const MAX_BYTES = 16 * 1024
/** A response is one message: some brokers take no more than 256 KiB. */
const MOST_INCIDENTS = 100
const USUAL_INCIDENTS = 20
const READING: readonly RequestVerb[] = ['snapshot', 'incidents']

export function mqttRequests(verbs: Verbs, signal: AbortSignal, onFault: (error: unknown) => void): AnswerRequest {
  return (verb, payload, rights) => replyTo(() => requestOf(verb, payload, rights), verbs, signal, onFault)
}

/** Throws FW_REQUEST or FW_REQUEST_DENIED. An empty payload asks for no more than the verb. */
export function requestOf(verb: RequestVerb, payload: Buffer, rights: RequestRights): Request {
  if (payload.length > MAX_BYTES) throw new FwError('FW_REQUEST', `the request has more than ${MAX_BYTES} bytes`)
  const text = payload.toString('utf8').trim()
  const request = parseRequest(text === '' ? '{}' : text, verb)
  if (rights !== 'write' && !READING.includes(verb))
    throw new FwError('FW_REQUEST_DENIED', `${verb} may change something, and mqtt.requests is ${rights}`)
  if (verb === 'acknowledge') return { by: 'mqtt', ...request }
  if (verb !== 'incidents') return request
  const { limit = USUAL_INCIDENTS } = request
  if (typeof limit === 'number' && limit > MOST_INCIDENTS)
    throw new FwError('FW_REQUEST', `incidents: limit is more than ${MOST_INCIDENTS} over MQTT`)
  return { ...request, limit }
}
