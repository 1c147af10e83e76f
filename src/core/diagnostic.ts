/** What a room tells ops about itself: coded, about one subject, counted so that repeats are one line. */
import { type FwCode, REMEDIES } from './errors.js'
import { printable } from './printable.js'

/** `subject` is a camera id, `broker`, `spool`, `guard-0` …; `count` says how often since the last one. */
export interface Diagnostic {
  readonly code: FwCode
  readonly subject: string
  readonly text: string
  readonly count: number
}

/** A diagnostic that happened once. */
export function diagnostic(code: FwCode, subject: string, text: string, count = 1): Diagnostic {
  return { code, subject, text, count }
}

/** One line, fit for a log or a terminal. */
export function diagnosticLine(d: Diagnostic): string {
  const times = d.count > 1 ? ` (${d.count} times)` : ''
  return printable(`${d.code}: ${d.subject}: ${d.text}${times}. ${REMEDIES[d.code]}`)
}
