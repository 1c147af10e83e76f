/** Where every diagnostic goes: log, broker and the page, repeats of one code and subject held to one a second. */
import { type Diagnostic, diagnosticLine } from '../core/diagnostic.js'
import { due, noRepeats, type Told, tell } from '../core/repeat.js'

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

/** `out` is called for each line that is told, until `signal`. */
export function createDiagnostics(out: (d: Diagnostic, line: string) => void, signal: AbortSignal): Diagnostics {
  let repeats = noRepeats<Diagnostic>()
  let recent: readonly RecentDiagnostic[] = []

  const told = ({ item, count }: Told<Diagnostic>) => {
    const d: Diagnostic = { ...item, count }
    recent = [...recent, { ...d, atMs: Date.now() }].slice(-RECENT)
    out(d, diagnosticLine(d))
  }
  const flush = setInterval(() => {
    const [next, items] = due(repeats, Date.now())
    repeats = next
    items.forEach(told)
  }, FLUSH_EVERY_MS)
  signal.addEventListener('abort', () => clearInterval(flush), { once: true })

  return {
    note(d) {
      const [next, now] = tell(repeats, `${d.code} ${d.subject}`, d, Date.now(), d.count)
      repeats = next
      if (now) told(now)
    },
    recent: () => recent,
  }
}
