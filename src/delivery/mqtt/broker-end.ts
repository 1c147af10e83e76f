/** Why a connection to the broker ended or never came to be: an expected end is a value with a code. */
import { ReasonCodes } from 'mqtt'
import type { FwCode } from '../../core/errors.js'

export type BrokerCode = Extract<FwCode, `FW_BROKER_${string}`>

export interface BrokerEnd {
  readonly code: BrokerCode
  readonly text: string
  /** The broker does not speak this protocol version; another one may do. */
  readonly versionRefused: boolean
}

/** What was seen of the connection until it closed. */
export interface Observed {
  readonly tls: boolean
  readonly protocol: 5 | 4
  /** TCP, or TLS where it is asked for, was up. */
  readonly reached: boolean
  readonly accepted: boolean
  readonly error?: Error
  /** Of CONNACK (MQTT 5, 3.2.2.2; MQTT 3.1.1, 3.2.2.3), where it refused. */
  readonly connackReason?: number
  /** Of the broker's DISCONNECT (MQTT 5, 3.14.2.1). */
  readonly disconnectReason?: number
}

/** MQTT 5 3.2.2.2: server unavailable, busy, shutting down, connection rate exceeded; 3.1.1: 3. These pass by themselves. */
const PASSING = new Set([3, 0x88, 0x89, 0x8b, 0x9f])
/** MQTT 5 3.14.2.1: keep alive timeout, shutting down, busy, maximum connect time. */
const ROUTINE = new Set([0, 0x89, 0x8b, 0x8d, 0xa0])
/** MQTT 5: 0x84 unsupported protocol version; 3.1.1: 1. Old brokers answer a version 5 CONNECT with the latter. */
const VERSION_REFUSED = new Set([1, 0x84])
/** Names of Node's and OpenSSL's errors for certificates and handshakes. */
const TLS_ERROR =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO$|UNABLE_TO_|CERT_|DEPTH_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA)/

export function brokerEnd(seen: Observed): BrokerEnd {
  if (seen.connackReason !== undefined) return refused(seen.connackReason, seen.protocol)
  if (seen.disconnectReason !== undefined) return dismissed(seen.disconnectReason)
  const code = (seen.error as NodeJS.ErrnoException | undefined)?.code
  if (typeof code === 'string' && TLS_ERROR.test(code)) return end('FW_BROKER_TLS', `${code}: ${oneLine(seen.error)}`)
  if (seen.tls && !seen.reached && (code === undefined || code === 'ECONNRESET')) {
    return end('FW_BROKER_TLS', 'the connection closed during the TLS handshake; is this a TLS port?')
  }
  if (seen.error) return end('FW_BROKER_UNREACHABLE', oneLine(seen.error))
  if (seen.accepted) return end('FW_BROKER_UNREACHABLE', 'the broker closed the connection')
  return end('FW_BROKER_UNREACHABLE', 'the connection closed before the broker answered; is this an MQTT port?')
}

function refused(reason: number, protocol: 5 | 4): BrokerEnd {
  const versionRefused = VERSION_REFUSED.has(reason)
  const text = versionRefused
    ? `the broker does not speak MQTT ${versionName(protocol)}`
    : `refused: ${reasonText(reason)}`
  return { code: PASSING.has(reason) ? 'FW_BROKER_UNREACHABLE' : 'FW_BROKER_REFUSED', text, versionRefused }
}

function dismissed(reason: number): BrokerEnd {
  const code = ROUTINE.has(reason) ? 'FW_BROKER_UNREACHABLE' : 'FW_BROKER_KICKED'
  return end(code, `the broker ended the connection: ${reasonText(reason)}`)
}

export function versionName(protocol: 5 | 4): string {
  return protocol === 5 ? '5' : '3.1.1'
}

/** `Not authorized (0x87)`. */
export function reasonText(reason: number): string {
  const text = (ReasonCodes as Record<number, string>)[reason] || 'no reason given'
  return `${text} (0x${reason.toString(16).padStart(2, '0')})`
}

function end(code: BrokerCode, text: string): BrokerEnd {
  return { code, text, versionRefused: false }
}

/** Several addresses tried give an AggregateError with an empty message. */
function oneLine(error: Error | undefined): string {
  const inner = error instanceof AggregateError ? (error.errors[0] as Error) : error
  return inner?.message.split('\n')[0] || String((inner as NodeJS.ErrnoException | undefined)?.code ?? 'unknown')
}
