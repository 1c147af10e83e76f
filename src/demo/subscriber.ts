/** What anybody who subscribes to the unit's topics sees. */
import { connectAsync } from 'mqtt'

export interface Message {
  readonly topic: string
  readonly payload: string
  /** Arrival, ms since the epoch. */
  readonly atMs: number
}

export interface Subscriber {
  close(): Promise<void>
}

/** Subscribes to `filter` with QoS 1; every message in the order it came. */
export async function subscribe(
  url: string,
  filter: string,
  onMessage: (message: Message) => void,
): Promise<Subscriber> {
  const client = await connectAsync(url, { protocolVersion: 4, clientId: 'subscriber' })
  client.on('error', () => {}) // the broker lives in this process: its end is ours
  client.on('message', (topic, payload) => onMessage({ topic, payload: payload.toString('utf8'), atMs: Date.now() }))
  await client.subscribeAsync(filter, { qos: 1 })
  return { close: () => client.endAsync(true) }
}
