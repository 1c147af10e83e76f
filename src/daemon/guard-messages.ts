/** What the daemon does with each message of a guard. */
import type { AlertBody } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { FromGuard } from '../core/guard-protocol.js'
import type { CameraLedger } from './camera-ledger.js'
import type { OpenIncidents } from './open-incidents.js'

export interface MessageHooks {
  /** An alert to keep; resolves when it is safe. */
  onAlert(body: AlertBody): Promise<void>
  onDiagnostic(diagnostic: Diagnostic): void
  /** A guard is ready, or down. */
  onGuards(): void
}

export function guardMessages(
  ledger: CameraLedger,
  incidents: OpenIncidents,
  hooks: MessageHooks,
): (message: FromGuard) => void {
  async function alert({ incident, body }: Extract<FromGuard, { type: 'alert' }>): Promise<void> {
    incidents.note({ incident, body })
    ledger.incident(body.camera, incidents.get(body.camera) !== undefined)
    await hooks.onAlert(body)
    incidents.save()
  }

  return (message) => {
    if (message.type === 'state') ledger.report(message.camera)
    else if (message.type === 'beat') message.cameras.forEach(ledger.report)
    else if (message.type === 'diagnostic') hooks.onDiagnostic(message.diagnostic)
    else if (message.type === 'alert')
      alert(message).catch((error: Error) => hooks.onDiagnostic(diagnostic('FW_SPOOL_DISK', 'spool', error.message)))
    else if (message.type === 'ready') hooks.onGuards()
  }
}
