/** What is said of the broker's coming and going: that it is there each time, why it is away once an outage, then rarely. */
import { failedAgain, type Outage } from '../../core/outage.js'
import { type BrokerCode, type BrokerEnd, versionName } from './broker-end.js'

export interface BrokerOutageParts {
  readonly spool: { readonly pending: number }
  onConnected?(text: string): void
  onFailure(code: BrokerCode, what: string, text: string, count: number): void
}

export interface BrokerOutage {
  /** A connection is open. */
  opened(protocol: 5 | 4): void
  /** It ended, or none came to be. */
  ended(end: BrokerEnd): void
}

/** `broker`: its name in messages. */
export function brokerOutage(broker: string, { spool, onConnected, onFailure }: BrokerOutageParts): BrokerOutage {
  let outage: Outage | undefined
  return {
    opened(protocol) {
      outage = undefined
      const waiting = spool.pending > 0 ? `, alerts that wait for it: ${spool.pending}` : ''
      onConnected?.(`connected to the broker ${broker} by MQTT ${versionName(protocol)}${waiting}`)
    },
    ended({ code, text }) {
      const [next, saying] = failedAgain(outage, { code, text: `${broker}: ${text}` }, false, performance.now())
      outage = next
      if (saying) onFailure(code, 'broker', saying.text, saying.count)
    },
  }
}
