/** What is said of a webhook that takes nothing: once, then rarely; and what is amiss now. */
import { type Diagnostic, diagnostic } from '../../core/diagnostic.js'
import { failedAgain, type Outage } from '../../core/outage.js'

export interface WebhookOutage {
  /** undefined: nothing is amiss. */
  readonly failing: string | undefined
  failed(text: string): void
  /** The receiver will not take the alert `seq`. */
  refused(text: string, seq: number): void
  over(): void
}

export function webhookOutage(to: string, onDiagnostic: (d: Diagnostic) => void): WebhookOutage {
  let outage: Outage | undefined
  let failing: string | undefined
  return {
    get failing() {
      return failing
    },
    failed(text) {
      failing = text
      const cause = { code: 'FW_WEBHOOK_FAILED', text: `${to}: ${text}` } as const
      const [next, saying] = failedAgain(outage, cause, false, performance.now())
      outage = next
      if (saying) onDiagnostic(diagnostic(saying.code, 'webhook', saying.text, saying.count))
    },
    refused: (text, seq) => onDiagnostic(diagnostic('FW_WEBHOOK_REFUSED', 'webhook', `${to}: ${text} to alert ${seq}`)),
    over() {
      outage = undefined
      failing = undefined
    },
  }
}
