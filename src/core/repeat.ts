/** Repeats become one line a second with a count. Held back where diagnostics leave a process or a source, and nowhere before. */
import type { Diagnostic } from './diagnostic.js'

/** At most one diagnostic of a code and subject within this time. */
export const REPEAT_MS = 1_000

export interface RepeatGate {
  /** Emits the first of a code and subject at once; those within a second of it are counted until `flush`. */
  pass(d: Diagnostic, nowMs: number): void
  /** Emits what was held back for a second, the newest text with the count of all; at the end (`nowMs` Infinity) everything. */
  flush(nowMs: number): void
}

interface Kept {
  readonly emittedAtMs: number
  /** How many were held back since, and the newest of them. */
  readonly held: number
  readonly newest: Diagnostic
}

/** Pure but for what it holds: the clock, of any origin, comes from the caller. */
export function repeatGate(emit: (d: Diagnostic) => void): RepeatGate {
  const kept = new Map<string, Kept>()
  return {
    pass(d, nowMs) {
      const key = `${d.code} ${d.subject}`
      const before = kept.get(key)
      const count = (before?.held ?? 0) + d.count
      if (before && nowMs - before.emittedAtMs < REPEAT_MS) {
        kept.set(key, { ...before, held: count, newest: d })
        return
      }
      kept.set(key, { emittedAtMs: nowMs, held: 0, newest: d })
      emit({ ...d, count })
    },
    flush(nowMs) {
      for (const [key, { emittedAtMs, held, newest }] of kept) {
        if (nowMs - emittedAtMs < REPEAT_MS) continue
        // quiet for as long: forgotten
        if (held === 0) kept.delete(key)
        else {
          kept.set(key, { emittedAtMs: nowMs, held: 0, newest })
          emit({ ...newest, count: held })
        }
      }
    },
  }
}
