/** What the daemon does with each message of a guard. */
import type { AlertBody } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { DrillResult } from '../core/drill.js'
import type { FromGuard } from '../core/guard-protocol.js'
import type { CameraLedger } from './camera-ledger.js'
import type { Clock } from './clock.js'
import type { OpenIncidents } from './open-incidents.js'

export interface MessageHooks {
  /** An alert to keep; resolves when it is safe. */
  onAlert(body: AlertBody): Promise<void>
  onDiagnostic(diagnostic: Diagnostic): void
  /** A drill is over, its alerts were taken. */
  onDrill(id: string, result: DrillResult): void
  /** A picture that was asked for lies at `path` below state_dir; null: it could not be kept. */
  onSnapshot(cameraId: string, path: string | null): void
  /** A guard is ready, or down. */
  onGuards(): void
}

export interface GuardMessages {
  take(message: FromGuard): void
  /** Resolves when every alert that was taken is safe, or reported as lost. */
  settled(): Promise<unknown>
}

export function guardMessages(
  ledger: CameraLedger,
  incidents: OpenIncidents,
  clock: Pick<Clock, 'nowMs'>,
  hooks: MessageHooks,
): GuardMessages {
  const alerts = new Set<Promise<void>>()

  async function alert({ incident, body, ageMs }: Extract<FromGuard, { type: 'alert' }>): Promise<void> {
    const cameMs = clock.nowMs()
    // nobody has to end a drill after a restart, and no camera is under attack by it
    if (!body.drill) {
      incidents.note({ incident, body })
      ledger.incidents(body.camera, incidents.kinds(body.camera))
    }
    try {
      await hooks.onAlert(body)
      if (body.phase === 'raised' && ageMs !== undefined) ledger.alarm(body.camera, ageMs + clock.nowMs() - cameMs)
      if (!body.drill) await incidents.save()
    } catch (error) {
      hooks.onDiagnostic(diagnostic('FW_SPOOL_DISK', 'spool', (error as Error).message))
    }
  }

  return {
    take(message) {
      if (message.type === 'state') ledger.report(message.camera)
      else if (message.type === 'beat') message.cameras.forEach(ledger.report)
      else if (message.type === 'diagnostic') hooks.onDiagnostic(message.diagnostic)
      else if (message.type === 'ready') hooks.onGuards()
      else if (message.type === 'drill') hooks.onDrill(message.id, message.result)
      else if (message.type === 'snapshot') hooks.onSnapshot(message.cameraId, message.path)
      else if (message.type === 'alert') {
        const safe = alert(message).finally(() => alerts.delete(safe))
        alerts.add(safe)
      }
    },
    settled: () => Promise.all(alerts),
  }
}
