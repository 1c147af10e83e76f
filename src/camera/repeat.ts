/** Equal diagnostics become one a second with a count. */

import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { FwCode } from '../core/errors.js'

export const REPEAT_MS = 1000

export interface Repeats {
  /** What to say now about one more event, or undefined: it is counted and said later. */
  note(code: FwCode, text: string, nowMs: number): Diagnostic | undefined
  /** What was counted and is due; at the end of all (`nowMs` Infinity), everything. */
  due(nowMs: number): Diagnostic[]
}

/** Pure: the clock comes from the caller. */
export function repeats(subject: string): Repeats {
  const kept = new Map<FwCode, { saidMs: number; count: number; text: string }>()
  return {
    note(code, text, nowMs) {
      const last = kept.get(code)
      if (last === undefined || (last.count === 0 && nowMs - last.saidMs >= REPEAT_MS)) {
        kept.set(code, { saidMs: nowMs, count: 0, text })
        return diagnostic(code, subject, text)
      }
      last.count++
      last.text = text
      return undefined
    },
    due(nowMs) {
      const out: Diagnostic[] = []
      for (const [code, last] of kept) {
        if (last.count === 0 || nowMs - last.saidMs < REPEAT_MS) continue
        out.push(diagnostic(code, subject, last.text, last.count))
        kept.set(code, { saidMs: nowMs, count: 0, text: last.text })
      }
      return out
    },
  }
}
