/** One connection at work: PUBLISH out, what becomes of it back. Decides nothing. */
import type { IClientPublishOptions } from 'mqtt'
import { type BrokerEnd, reasonText } from './broker-end.js'
import type { Connection } from './dial.js'
import type { Outgoing, Payload } from './outbox.js'
import type { PublishEffect } from './publish-effect.js'
import type { PublishOutcome } from './publish-step.js'

export interface Session {
  /** QoS 1; `onSettled` is called once. */
  publish(message: Outgoing, onSettled: (outcome: PublishOutcome) => void): void
  /** QoS 0: goes out now or not at all. */
  publishNow(topic: string, payload: string, correlationData?: Buffer): void
  /** Ends the connection; `ended` says why. */
  leave(effect: PublishEffect & { type: 'leave' }): void
  /** Says good-bye: after DISCONNECT the broker drops the will (MQTT 5, 3.14.4). */
  close(): Promise<void>
  readonly ended: Promise<BrokerEnd>
}

export function openSession({ client, protocol, ended }: Connection): Session {
  let cause: BrokerEnd | undefined
  const isOpen = () => client.connected && !client.disconnecting
  return {
    publish: ({ topic, payload, retain }, onSettled) => {
      client.publish(topic, payload, publishOptions(protocol, retain, payload), (error) => onSettled(outcomeOf(error)))
    },
    publishNow: (topic, payload, correlationData) => {
      const properties = { payloadFormatIndicator: true, contentType: 'application/json', correlationData }
      if (isOpen()) client.publish(topic, payload, protocol === 5 ? { qos: 0, properties } : { qos: 0 })
    },
    leave: ({ code, text }) => {
      if (!isOpen()) return // it ends already, for a reason of its own
      cause = { code, text, versionRefused: false }
      client.end(true)
    },
    close: () => client.endAsync(),
    ended: ended.then((end) => cause ?? end),
  }
}

/** The properties are a help to brokers and people (MQTT 5, 3.3.2.3); the payload alone carries what matters. */
function publishOptions(protocol: 5 | 4, retain: boolean, payload: Payload): IClientPublishOptions {
  if (protocol === 4) return { qos: 1, retain }
  const text = typeof payload === 'string'
  const contentType = text ? 'application/json' : 'image/jpeg'
  return { qos: 1, retain, properties: { payloadFormatIndicator: text, contentType } }
}

function outcomeOf(error: Error | null | undefined): PublishOutcome {
  if (!error) return { type: 'acknowledged' }
  const { code } = error as { code?: unknown }
  if (typeof code === 'number' && code >= 0x80) return { type: 'refused', reason: code, text: reasonText(code) }
  return { type: 'lost', text: error.message }
}
