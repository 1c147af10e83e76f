/** What can be known of a broker's settings without calling it. */
import { createSecureContext } from 'node:tls'
import { FwError } from '../../core/errors.js'
import type { MqttSettings } from '../../core/settings.js'
import { brokerName } from './dial.js'

/** Throws FW_CONFIG_VALUE for a url that cannot be dialled, FW_BROKER_TLS for certificates or a key that OpenSSL refuses. */
export function checkBrokerSettings(mqtt: MqttSettings): void {
  brokerName(mqtt)
  const { ca, cert, key } = mqtt
  try {
    createSecureContext({ ca, cert, key })
  } catch (cause) {
    throw new FwError('FW_BROKER_TLS', `certificate or key: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}
