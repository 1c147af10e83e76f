/** Equal diagnostics of one camera become one a second with a count. */
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { FwCode } from '../core/errors.js'
import { due, noRepeats, type Told, tell } from '../core/repeat.js'

export interface Repeats {
  /** What to say now about one more event, or undefined: it is counted and said later. */
  note(code: FwCode, text: string, nowMs: number): Diagnostic | undefined
  /** What was counted and is due; at the end of all (`nowMs` Infinity), everything. */
  due(nowMs: number): Diagnostic[]
}

/** Pure but for what it holds: the clock comes from the caller. */
export function repeats(subject: string): Repeats {
  let kept = noRepeats<Diagnostic>()
  const counted = ({ item, count }: Told<Diagnostic>): Diagnostic => ({ ...item, count })
  return {
    note(code, text, nowMs) {
      const [next, told] = tell(kept, code, diagnostic(code, subject, text), nowMs)
      kept = next
      return told && counted(told)
    },
    due(nowMs) {
      const [next, told] = due(kept, nowMs)
      kept = next
      return told.map(counted)
    },
  }
}
