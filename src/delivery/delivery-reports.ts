/** What this room says of itself: each time it happens; the daemon holds back repeats. */
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { denialText, keepDenied } from './mqtt/denied.js'
import type { MqttSinkOptions } from './mqtt/mqtt-sink.js'

export interface DeliveryReports extends Pick<MqttSinkOptions, 'onDenied' | 'onFailure'> {
  pass(d: Diagnostic): void
  /** The newest one. */
  last(): (Diagnostic & { readonly atMs: number }) | undefined
  /** The broker will not take this alert; known of the last ones alone. */
  wasDenied(seq: number): boolean
}

const DENIED_KEPT = 100

/** `folder` of the spool: alerts that the broker denied are set aside there. */
export function deliveryReports(folder: string, onDiagnostic: (d: Diagnostic) => void): DeliveryReports {
  let last: ReturnType<DeliveryReports['last']>
  let deniedSeqs: readonly number[] = []

  function pass(d: Diagnostic): void {
    last = { ...d, atMs: Date.now() }
    onDiagnostic(d)
  }

  return {
    pass,
    last: () => last,
    wasDenied: (seq) => deniedSeqs.includes(seq),
    onFailure: (code, subject, text, count) => pass(diagnostic(code, subject, text, count)),
    onDenied: (denied) => {
      pass(diagnostic('FW_BROKER_DENIED', 'broker', denialText(denied)))
      if (denied.seq === undefined) return
      deniedSeqs = [...deniedSeqs, denied.seq].slice(-DENIED_KEPT)
      keepDenied(folder, denied).catch(({ code, message }: NodeJS.ErrnoException) =>
        pass(diagnostic('FW_SPOOL_DISK', 'spool', `alert ${denied.seq} cannot be set aside: ${code ?? message}`)),
      )
    },
  }
}
