/** `scan` for programs: the lines of `scan --json` as they come. */
import type { ScanLine } from '../scan/lines.js'
import { type ScanRequest, scan } from '../scan/scan.js'

/** As the command's options; `shard` counts from 0. */
export interface ScanOptions extends Omit<ScanRequest, 'names'> {
  /** Ends the scan: a stream is summed up, what is left is not read. */
  readonly signal?: AbortSignal
}

/**
 * Judges files, folders or a stream; a source that cannot be read is a line of type `error`. Frames are lines only with `frames`.
 * Leaving the loop ends the scan. Throws FW_FFMPEG_MISSING, FW_MODEL_*, FW_PROVIDER_UNAVAILABLE, FW_BASELINE, FW_OUTPUT.
 */
export async function* scanLines(
  source: string | readonly string[],
  { signal, ...request }: ScanOptions = {},
): AsyncGenerator<ScanLine, void> {
  const left = new AbortController()
  const both = signal ? AbortSignal.any([signal, left.signal]) : left.signal
  try {
    const names = typeof source === 'string' ? [source] : source
    for await (const line of scan({ ...request, names }, both)) if (line.type !== 'frame' || request.frames) yield line
  } finally {
    left.abort()
  }
}
