/** Where every diagnostic goes: log, broker and the page, repeats of one code and subject held to one a second. */
import { type Diagnostic, diagnosticLine } from '../core/diagnostic.js'
import { repeatGate } from '../core/repeat.js'

const RECENT = 50
const FLUSH_EVERY_MS = 500

export interface RecentDiagnostic extends Diagnostic {
  readonly atMs: number
}

export interface Diagnostics {
  note(diagnostic: Diagnostic): void
  /** The last 50, oldest first. */
  recent(): readonly RecentDiagnostic[]
}

/** `out` is called for each one that is not held back, until `signal`. */
export function createDiagnostics(out: (d: Diagnostic, line: string) => void, signal: AbortSignal): Diagnostics {
  let recent: readonly RecentDiagnostic[] = []
  const repeats = repeatGate((d) => {
    recent = [...recent, { ...d, atMs: Date.now() }].slice(-RECENT)
    out(d, diagnosticLine(d))
  })
  const flush = setInterval(() => repeats.flush(performance.now()), FLUSH_EVERY_MS)
  const end = () => {
    clearInterval(flush)
    repeats.flush(Number.POSITIVE_INFINITY)
  }
  signal.addEventListener('abort', end, { once: true })

  return {
    note: (d) => repeats.pass(d, performance.now()),
    recent: () => recent,
  }
}
