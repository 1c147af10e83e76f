/** Who reads a scan: a program (a JSON object a line) or a person (findings as they come, a table at the end). */
import { jsonLine, printable } from '../core/printable.js'
import type { FrameLine, IncidentLine, ScanLine, SummaryLine } from './lines.js'

export interface ScanReport {
  line(line: ScanLine): void
  /** After the last source. */
  end(): void
}

/** Prints to stdout or stderr; the progress line gives way. */
export interface ScanPrint {
  out(text: string): void
  err(text: string): void
}

export function jsonReport(print: ScanPrint, { frames }: { frames: boolean }): ScanReport {
  return {
    line: (line) => (frames || line.type !== 'frame') && print.out(jsonLine(line)),
    end() {},
  }
}

export function textReport(print: ScanPrint, { frames }: { frames: boolean }): ScanReport {
  const summaries: SummaryLine[] = []
  return {
    line(line) {
      if (line.type === 'frame' && frames) print.out(frameText(line))
      if (line.type === 'incident') print.out(incidentText(line))
      if (line.type === 'error') print.err(`${line.code}: ${line.message}`)
      if (line.type === 'summary') summaries.push(line)
    },
    end() {
      if (summaries.length > 0) print.out(summaryTable(summaries))
    },
  }
}

function frameText(line: FrameLine): string {
  const verdict = line.score === null ? 'unscored' : `${line.score.toFixed(2)}${line.flagged ? ' flagged' : ''}`
  return `${printable(line.source)}  frame ${line.frame}  ${line.t.toFixed(2)} s  ${verdict}`
}

function incidentText(line: IncidentLine): string {
  const level = line.level === null ? '' : `, level ${(line.level * 255).toFixed(1)}/255`
  const since = line.phase === 'raised' ? ` (since ${line.since.toFixed(2)} s)` : ''
  const box = line.box ? `, box ${line.box.map((v) => v.toFixed(2)).join(' ')}` : ''
  return `${printable(line.source)}: incident ${line.phase} at ${line.t.toFixed(2)} s${since}: ${line.kind}${level}, score ${line.score.toFixed(1)}${box}`
}

/** A row a source, and their sum below. At least one summary. */
export function summaryTable(summaries: readonly SummaryLine[]): string {
  const head = ['source', 'frames', 'seconds', 'flagged', 'unscored', 'incidents', 'p50', 'p99', 'max', 'frames/s']
  const rows = summaries.map((s) => [
    printable(s.source),
    String(s.frames),
    s.duration_s.toFixed(1),
    String(s.flagged),
    String(s.unscored),
    String(s.incidents),
    ...(s.score ? [s.score.p50, s.score.p99, s.score.max].map((v) => v.toFixed(2)) : ['-', '-', '-']),
    s.frames_per_s.toFixed(1),
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  const { model, provider } = summaries[0]!
  const total = summaries.reduce((sum, s) => sum + s.incidents, 0)
  const foot = `${total} incident${total === 1 ? '' : 's'} in ${summaries.length} source${summaries.length === 1 ? '' : 's'}; model ${model.name} ${model.version} on ${provider}; scores in log-odds`
  return [line(head), ...rows.map(line), foot].join('\n')
}
