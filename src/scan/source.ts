/** One source of `scan`, from its frames to its lines. */
import type { Frame } from '../core/frame.js'
import type { JudgeOptions } from '../inference/chain.js'
import type { Engine } from '../inference/engine.js'
import { judging } from './judging.js'
import type { SummaryLine } from './lines.js'
import type { ScanOutput } from './output.js'
import type { ScanProgress } from './progress.js'
import type { ScanReport } from './report.js'
import type { ScanSource } from './sources.js'
import { type ScanPast, watchSource } from './watched-source.js'

export interface ScanTools {
  readonly engine: Engine
  readonly options: JudgeOptions
  readonly past: ScanPast
  readonly report: ScanReport
  readonly progress: ScanProgress
  readonly output?: ScanOutput
}

/** What came of a source; `error` where frames were left unread or unscored. */
export interface SourceResult {
  readonly summary: SummaryLine
  readonly error?: unknown
}

/** Judges all frames, reports each as it comes, and sums up. A decoder's error ends the source, not the scan. */
export async function scanSource(
  source: ScanSource,
  frames: AsyncIterable<Frame>,
  tools: ScanTools,
): Promise<SourceResult> {
  const { engine, options, past, report, progress, output } = tools
  const from = performance.now()
  const watched = watchSource(source, engine, options, past)
  let error: unknown
  try {
    for await (const judged of judging(frames, engine, watched.look)) {
      const { frame, verdict } = judged
      const lines = watched.take(judged)
      report.frame(lines.frame)
      for (const line of lines.incidents) report.incident(line)
      error ??= judged.error
      progress.frame(frame)
      await output?.write(source, frame, verdict)
    }
  } catch (cause) {
    error = cause
  }
  try {
    await output?.end(source)
  } catch (cause) {
    error ??= cause
  }
  return { summary: watched.summary(performance.now() - from), error }
}
