/** One connection to the broker, without retries: it is open with a client, or it ended with a cause. */
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { FwError } from '../../core/errors.js'
import type { MqttSettings } from '../../core/settings.js'
import { type BrokerEnd, brokerEnd } from './broker-end.js'

/** CONNACK must come within this time; it covers name, TCP and TLS too. */
export const CONNACK_MS = 10_000
/** A silent broker is noticed after 1.5 times this (MQTT 5, 3.1.2.10). */
const KEEPALIVE_S = 15
/** MQTT 5, 3.2.2.3.3: where the broker names no Receive Maximum. */
const RECEIVE_MAXIMUM = 65_535

export interface DialOptions {
  readonly mqtt: MqttSettings
  readonly clientId: string
  readonly protocol: 5 | 4
  /** Topic that the broker sets to `offline` when this connection is lost. */
  readonly willTopic?: string
  readonly connackMs?: number
}

export interface Connection {
  readonly client: MqttClient
  readonly protocol: 5 | 4
  readonly receiveMaximum: number
  /** Resolves when the connection is gone. */
  readonly ended: Promise<BrokerEnd>
}

export type Dialled = { readonly open: Connection } | { readonly end: BrokerEnd }

/** `mqtt://host:1883`, without credentials: how a broker is named in messages. */
export function brokerName(mqtt: MqttSettings): string {
  const { tls, host, port } = addressOf(mqtt.url)
  return `${tls ? 'mqtts' : 'mqtt'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Aborting ends the connection at any time. Throws FW_CONFIG_VALUE for a url that is not mqtt:// or mqtts://. */
export function dial(options: DialOptions, signal: AbortSignal): Promise<Dialled> {
  const { tls } = addressOf(options.mqtt.url)
  let client: MqttClient
  try {
    client = connect(clientOptions(options))
  } catch (error) {
    // OpenSSL refuses a certificate or key before anything is sent
    const text = `certificate or key: ${(error as Error).message.split('\n')[0]}`
    return Promise.resolve({ end: { code: 'FW_BROKER_TLS', text, versionRefused: false } })
  }
  return new Promise((resolve) => {
    let error: Error | undefined
    let reached = false
    let accepted = false
    let connackReason: number | undefined
    let disconnectReason: number | undefined
    const drop = () => {
      client.end(true)
      client.stream.destroy() // the client may be in a patient end already
    }
    const ended = new Promise<BrokerEnd>((resolveEnd) => {
      client.once('close', () => {
        signal.removeEventListener('abort', drop)
        client.end(true) // stops its timers
        resolveEnd(
          brokerEnd({ tls, protocol: options.protocol, reached, accepted, error, connackReason, disconnectReason }),
        )
      })
    })
    client.stream.once(tls ? 'secureConnect' : 'connect', () => {
      reached = true
    })
    client.on('error', (e) => {
      error ??= e
      if (!client.connected) client.stream.destroy() // a failed handshake may leave the socket half closed
    })
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'disconnect') disconnectReason = packet.reasonCode ?? 0
      if (packet.cmd !== 'connack') return
      const reason = packet.reasonCode ?? packet.returnCode ?? 0
      if (reason !== 0) connackReason = reason
    })
    client.once('connect', (packet) => {
      accepted = true
      const receiveMaximum = packet.properties?.receiveMaximum ?? RECEIVE_MAXIMUM
      resolve({ open: { client, protocol: options.protocol, receiveMaximum, ended } })
    })
    ended.then((end) => resolve({ end }))
    signal.addEventListener('abort', drop, { once: true })
    if (signal.aborted) drop()
  })
}

function clientOptions({ mqtt, clientId, protocol, willTopic, connackMs = CONNACK_MS }: DialOptions): IClientOptions {
  const { tls, host, port } = addressOf(mqtt.url)
  return {
    protocol: tls ? 'mqtts' : 'mqtt',
    host,
    port,
    clientId,
    protocolVersion: protocol,
    clean: true, // the cursor on disk is the session
    reconnectPeriod: 0, // the publisher's loop alone decides
    connectTimeout: connackMs,
    keepalive: KEEPALIVE_S,
    resubscribe: false,
    queueQoSZero: false,
    username: mqtt.username,
    password: mqtt.password,
    ...(willTopic && { will: { topic: willTopic, payload: Buffer.from('offline'), qos: 1 as const, retain: true } }),
    // with a certificate the client would switch mqtt:// to TLS by itself
    ...(tls && { ca: mqtt.ca, cert: mqtt.cert, key: mqtt.key, rejectUnauthorized: true }),
  }
}

function addressOf(url: string): { tls: boolean; host: string; port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !['mqtt:', 'mqtts:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new FwError('FW_CONFIG_VALUE', 'mqtt.url is not mqtt://host[:port] or mqtts://host[:port]')
  }
  const tls = parsed.protocol === 'mqtts:'
  return { tls, host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port) || (tls ? 8883 : 1883) }
}
