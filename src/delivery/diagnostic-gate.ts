/** Diagnostics of this room, each told once a second at most, with a count. */
import { setInterval } from 'node:timers/promises'
import type { Diagnostic } from '../core/diagnostic.js'
import { due, noRepeats, type Repeats, type Told, tell } from '../core/repeat.js'

const FLUSH_MS = 250

export interface DiagnosticGate {
  pass(d: Diagnostic): void
}

/** The same code about the same subject is a repeat, whatever its text. Ends with `signal`; what is held is told then. */
export function createDiagnosticGate(signal: AbortSignal, onDiagnostic: (d: Diagnostic) => void): DiagnosticGate {
  let repeats: Repeats<Diagnostic> = noRepeats()

  function emit({ item, count }: Told<Diagnostic>): void {
    onDiagnostic({ ...item, count })
  }

  function flush(nowMs: number): void {
    const [next, told] = due(repeats, nowMs)
    repeats = next
    for (const one of told) emit(one)
  }

  async function run(): Promise<void> {
    for await (const _ of setInterval(FLUSH_MS, undefined, { signal, ref: false })) flush(Date.now())
  }

  run().catch(() => flush(Number.POSITIVE_INFINITY))
  return {
    pass: (d) => {
      const [next, told] = tell(repeats, `${d.code} ${d.subject}`, d, Date.now(), d.count)
      repeats = next
      if (told) emit(told)
    },
  }
}
