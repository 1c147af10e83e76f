/** Where every diagnostic goes: log, broker and the page, repeats of one code and subject held to one a second. */
import { type Diagnostic, diagnosticLine } from '../core/diagnostic.js'
import { REMEDIES } from '../core/errors.js'
import { repeatGate } from '../core/repeat.js'

const RECENT = 50
const FLUSH_EVERY_MS = 500

/** All of one code and subject: `count` times, the last one's text, what to do. Times in ms since the epoch. */
export interface RecentDiagnostic extends Diagnostic {
  readonly firstAtMs: number
  readonly atMs: number
  readonly remedy: string
}

export interface Diagnostics {
  note(diagnostic: Diagnostic): void
  /** The last 50 causes, the one that was said last comes last. */
  recent(): readonly RecentDiagnostic[]
}

/** `out` is called for each one that is not held back, until `signal`. */
export function createDiagnostics(out: (d: Diagnostic, line: string) => void, signal: AbortSignal): Diagnostics {
  let recent: readonly RecentDiagnostic[] = []
  const repeats = repeatGate((d) => {
    recent = grouped(recent, d, Date.now())
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

function grouped(recent: readonly RecentDiagnostic[], d: Diagnostic, atMs: number): readonly RecentDiagnostic[] {
  const before = recent.find(({ code, subject }) => code === d.code && subject === d.subject)
  const count = (before?.count ?? 0) + d.count
  const next = { ...d, count, firstAtMs: before?.firstAtMs ?? atMs, atMs, remedy: REMEDIES[d.code] }
  return [...recent.filter((one) => one !== before), next].slice(-RECENT)
}
