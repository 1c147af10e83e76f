/** The lines of `scan --json`. Scripts rely on them: keys are added, never renamed. Times in seconds from the source's first frame, scores in log-odds. */
import type { Kind, Phase } from '../core/alert.js'
import { describe } from '../core/errors.js'
import type { Box } from '../core/verdict.js'

export interface FrameLine {
  readonly type: 'frame'
  readonly source: string
  readonly frame: number
  readonly t: number
  /** null: the frame could not be judged. */
  readonly score: number | null
  readonly flagged: boolean
}

export interface IncidentLine {
  readonly type: 'incident'
  readonly source: string
  readonly phase: Phase
  readonly t: number
  readonly since: number
  readonly kind: Kind
  readonly level: number | null
  readonly score: number
  readonly box: Box | null
  /** In a shard's results: JPEGs of the frame, paths under the results' folder; null: nothing was taken away. */
  readonly pictures?: { readonly before: string; readonly after: string | null; readonly difference: string | null }
}

/** `incidents` counts those raised; `unscored` the frames that could not be judged; `frames_per_s` is of this run. */
export interface SummaryLine {
  readonly type: 'summary'
  readonly source: string
  /** What decided: the source's own start, what all cameras show, or the baseline that was given. */
  readonly baseline: 'own' | 'bundle' | 'file'
  readonly frames: number
  readonly duration_s: number
  readonly flagged: number
  readonly incidents: number
  readonly unscored: number
  /** null where no frame was judged. */
  readonly score: { readonly p50: number; readonly p99: number; readonly max: number } | null
  readonly frames_per_s: number
  readonly provider: string
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string }
}

export interface ErrorLine {
  readonly type: 'error'
  readonly source: string
  readonly code: string
  readonly message: string
}

/** In a shard's results alone: the highest score and the flagged frames of each step of `step_s` seconds; null: none judged. */
export interface TimelineLine {
  readonly type: 'timeline'
  readonly source: string
  readonly step_s: number
  readonly max: readonly (number | null)[]
  readonly flagged: readonly number[]
}

export type ScanLine = FrameLine | IncidentLine | SummaryLine | ErrorLine

/** What came of a source that could not be read or judged to its end; the message ends with what to do. */
export function errorLine(source: string, error: unknown): ErrorLine {
  const text = describe(error)
  const code = text.slice(0, text.indexOf(':'))
  return { type: 'error', source, code, message: text.slice(code.length + 2) }
}

/** `value` to so many decimals: what follows is noise of the arithmetic. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
