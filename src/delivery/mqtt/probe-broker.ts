/** Is the broker there and does it take us? For `doctor`: connects and says good-bye, publishes nothing. */
import { randomBytes } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { REMEDIES } from '../../core/errors.js'
import type { MqttSettings } from '../../core/settings.js'
import { versionName } from './broker-end.js'
import { brokerName, type Connection, dial } from './dial.js'

const PROBE_MS = 10_000

export interface BrokerProbe {
  readonly ok: boolean
  /** For a person; no secrets. */
  readonly text: string
  readonly protocol?: 5 | 4
}

/** Uses a client id of its own: that of the unit would end the daemon's connection. Throws FW_CONFIG_VALUE for a bad url. */
export async function probeBroker(mqtt: MqttSettings, signal?: AbortSignal): Promise<BrokerProbe> {
  const limit = AbortSignal.timeout(PROBE_MS)
  const either = signal ? AbortSignal.any([signal, limit]) : limit
  const clientId = `framewarden-probe-${randomBytes(4).toString('hex')}`
  const name = brokerName(mqtt)
  let protocol: 5 | 4 = mqtt.protocol === 'auto' ? 5 : mqtt.protocol
  for (;;) {
    const startedAtMs = Date.now()
    const dialled = await dial({ mqtt, protocol, clientId }, either)
    if ('open' in dialled) {
      const text = `${name} accepts us in ${Date.now() - startedAtMs} ms, MQTT ${versionName(protocol)}${security(dialled.open)}`
      await dialled.open.client.endAsync()
      return { ok: true, text, protocol }
    }
    if (mqtt.protocol === 'auto' && protocol === 5 && dialled.end.versionRefused) protocol = 4
    else if (limit.aborted) {
      return {
        ok: false,
        text: `FW_BROKER_UNREACHABLE: ${name}: no answer within ${PROBE_MS / 1000} s. ${REMEDIES.FW_BROKER_UNREACHABLE}`,
      }
    } else
      return { ok: false, text: `${dialled.end.code}: ${name}: ${dialled.end.text}. ${REMEDIES[dialled.end.code]}` }
  }
}

function security({ client }: Connection): string {
  const socket = client.stream as unknown as Partial<TLSSocket>
  if (!socket.encrypted) return ', not encrypted'
  return `, ${socket.getProtocol?.()}, certificate valid until ${socket.getPeerCertificate?.().valid_to}`
}
