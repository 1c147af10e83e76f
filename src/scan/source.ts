/** One source of `scan`, from its frames to its lines. */
import type { Frame } from '../core/frame.js'
import type { JudgeOptions } from '../inference/chain.js'
import type { Engine } from '../inference/engine.js'
import { judging } from './judging.js'
import { errorLine, type ScanLine } from './lines.js'
import type { ScanOutput } from './output.js'
import type { ScanSource } from './sources.js'
import { type ScanPast, watchSource } from './watched-source.js'

export interface ScanTools {
  readonly engine: Engine
  readonly options: JudgeOptions
  readonly past: ScanPast
  readonly output?: ScanOutput
  /** Aborts when the rest is to be left. */
  readonly signal: AbortSignal
  /** Called when a source begins, and for each frame that was judged. */
  onSource?(source: ScanSource): void
  onFrame?(frame: Frame): void
}

/** `failed`: frames were left unread or unscored, an error line says why; `cut`: left because the signal said so. */
export type SourceEnd = 'whole' | 'failed' | 'cut'

/**
 * Judges all frames: each frame's line, its incidents, an error if there was one, and last the summary (none where no frame could
 * be read). A decoder's error ends the source, not the scan.
 */
export async function* scanSource(
  source: ScanSource,
  frames: AsyncIterable<Frame>,
  tools: ScanTools,
): AsyncGenerator<ScanLine, SourceEnd> {
  const { engine, options, past, output, signal } = tools
  const from = performance.now()
  const watched = watchSource(source, engine, options, past)
  let error: unknown
  try {
    tools.onSource?.(source)
    for await (const judged of judging(frames, engine, watched.look)) {
      const { frame, incidents } = watched.take(judged)
      tools.onFrame?.(judged.frame)
      yield frame
      yield* output ? await output.write(source, judged, incidents) : incidents
      error ??= judged.error
    }
  } catch (cause) {
    error = cause
  } finally {
    await output?.end().catch((cause) => {
      error ??= cause
    })
  }
  const cut = error !== undefined && signal.aborted
  if (error !== undefined && !cut) yield errorLine(source.name, error)
  const summary = watched.summary(performance.now() - from)
  if (error === undefined || summary.frames > 0) yield summary
  return error === undefined ? 'whole' : cut ? 'cut' : 'failed'
}
