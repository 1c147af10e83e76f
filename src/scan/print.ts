/** A scan on a terminal or for a program: its lines on stdout, how far it is and what was odd on stderr. */
import { diagnosticLine } from '../core/diagnostic.js'
import { clipSeconds, NO_PROGRESS, type ScanProgress, terminalProgress } from './progress.js'
import { jsonReport, type ScanPrint, textReport } from './report.js'
import { type ScanRequest, type ScanResult, scan } from './scan.js'
import type { ScanSource } from './sources.js'

/** Scans all sources and reports them as they come. Throws what `scan` throws. */
export async function printScan(
  request: ScanRequest,
  { json }: { readonly json: boolean },
  signal: AbortSignal,
): Promise<ScanResult> {
  let progress = NO_PROGRESS
  const print: ScanPrint = {
    out: (text) => printing(() => console.log(text)),
    err: (text) => printing(() => console.error(text)),
  }
  const report = (json ? jsonReport : textReport)(print, { frames: request.frames ?? false })
  const lines = scan(request, signal, {
    async onPlan(sources, { ffmpegPath, earlier }) {
      if (earlier > 0) print.err(`${earlier} of ${earlier + sources.length} sources have their result already`)
      progress = await progressFor(sources, ffmpegPath)
    },
    onSource: (source) => progress.begin(source),
    onFrame: (frame) => progress.frame(frame),
    onDiagnostic: (d) => print.err(diagnosticLine(d)),
  })
  try {
    let next = await lines.next()
    for (; !next.done; next = await lines.next()) report.line(next.value)
    report.end()
    return next.value
  } finally {
    progress.clear()
  }

  function printing(text: () => void): void {
    progress.clear()
    text()
  }
}

async function progressFor(sources: readonly ScanSource[], ffmpegPath: string): Promise<ScanProgress> {
  if (!process.stderr.isTTY) return NO_PROGRESS
  const lengths = new Map<string, number>()
  for (const { name, kind } of sources) {
    const seconds = kind === 'picture' ? 0 : kind === 'clip' ? await clipSeconds(ffmpegPath, name) : undefined
    if (seconds !== undefined) lengths.set(name, seconds)
  }
  return terminalProgress(process.stderr, sources, lengths)
}
