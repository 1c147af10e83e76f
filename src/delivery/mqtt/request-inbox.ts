/** Requests from ops over MQTT: taken from their topics, bounded in every way, answered on `response/<verb>` or where they say. */
import type { IPublishPacket, MqttClient } from 'mqtt'
import type { MqttSettings } from '../../core/settings.js'
import { type Allowance, FULL_ALLOWANCE, spend } from './allowance.js'
import type { Topics } from './topics.js'

/** What can be asked for; `write` may change something. */
export const REQUEST_VERBS = ['snapshot', 'incidents', 'acknowledge', 'drill', 'camera', 'reload'] as const
export type RequestVerb = (typeof REQUEST_VERBS)[number]
export type RequestRights = MqttSettings['requests']

/** Answers the payload of a request with that of its response. Never rejects. */
export type AnswerRequest = (verb: RequestVerb, payload: Buffer, rights: RequestRights) => Promise<string>

/** Where a request wants its answer, and what it wants back with it: MQTT 5, 4.10 (3.1.1 has no such thing). */
export interface ReplyTo {
  readonly topic: string
  readonly correlationData?: Buffer
}

/** Drills and reloads take their time; more than this wait for nobody. */
const MOST_AT_ONCE = 8

export interface RequestInboxOptions {
  readonly topics: Topics
  readonly rights: RequestRights
  readonly answer: AnswerRequest
  respond(topic: string, payload: string): void
  /** Asked for there by the request itself. */
  reply(to: ReplyTo, payload: string): void
  /** A request was left unanswered: too many come. */
  onDropped(): void
}

export interface RequestInbox {
  /** Topics to subscribe to. */
  readonly filters: readonly string[]
  take(topic: string, payload: Buffer, to?: ReplyTo): void
}

export function requestInbox(options: RequestInboxOptions): RequestInbox {
  const { topics, rights, answer, respond, reply, onDropped } = options
  const verbs = new Map(rights === 'off' ? [] : REQUEST_VERBS.map((verb) => [topics.request(verb), verb] as const))
  let allowance: Allowance = FULL_ALLOWANCE
  let running = 0

  async function answered(verb: RequestVerb, payload: Buffer, to: ReplyTo | undefined): Promise<void> {
    running++
    const response = await answer(verb, payload, rights)
    if (to && topics.mayAnswerAt(to.topic)) reply(to, response)
    else respond(topics.response(verb), response)
    running--
  }

  return {
    filters: [...verbs.keys()],
    take(topic, payload, to) {
      const verb = verbs.get(topic)
      if (!verb) return
      const [next, granted] = spend(allowance, performance.now())
      allowance = next
      if (granted && running < MOST_AT_ONCE) void answered(verb, payload, to)
      else onDropped()
    },
  }
}

/** Subscribes on a new connection; a broker that does not grant it changes nothing else. Retained requests are old ones: not taken. */
export function listenOn(client: MqttClient, filters: readonly string[], take: RequestInbox['take']): void {
  if (filters.length === 0) return
  client.on('message', (topic, payload, { retain, properties }) => {
    if (!retain) take(topic, payload, replyTo(properties))
  })
  client.subscribe([...filters], { qos: 1 }, () => {}) // denied or lost: nobody can ask then
}

function replyTo({ responseTopic, correlationData }: IPublishPacket['properties'] = {}): ReplyTo | undefined {
  return responseTopic === undefined ? undefined : { topic: responseTopic, correlationData }
}
