/** `scan merge`: the results of shards for a person, a program, or as a page. */
import { writeFile } from 'node:fs/promises'
import { describe, FwError } from '../core/errors.js'
import { jsonLine } from '../core/printable.js'
import { refused } from '../files/output-refused.js'
import { mergeResults, type TotalLine } from './merge.js'
import { jsonReport, textReport } from './report.js'
import { reportPage } from './report-page.js'

/** `failed`: a source was not judged whole, a result is damaged, or a shard is not through. */
export interface MergeEnd {
  readonly failed: boolean
  readonly incidents: number
}

/** Prints all results of `dirs`, each source once, by name. Throws FW_SOURCE, and FW_OUTPUT where the page cannot be written. */
export async function printMerge(
  dirs: readonly string[],
  { json, html }: { readonly json: boolean; readonly html?: string },
): Promise<MergeEnd> {
  const merged = await mergeResults(dirs)
  const { results, total, damaged } = merged
  const print = { out: (text: string) => console.log(text), err: (text: string) => console.error(text) }
  const report = (json ? jsonReport : textReport)(print, { frames: false })
  for (const { incidents, error, summary } of results)
    for (const line of [...incidents, error, summary]) if (line) report.line(line)
  report.end()
  print.out(json ? jsonLine(total) : totalText(total))
  for (const error of damaged) print.err(describe(error))
  if (total.models.length > 1)
    print.err(`judged by ${total.models.length} bundles: their scores are not to be compared`)
  const missing = total.shards?.missing ?? []
  if (missing.length > 0) {
    const { of } = total.shards!
    print.err(
      describe(new FwError('FW_SCAN_INCOMPLETE', `not through: ${missing.map((i) => `${i}/${of}`).join(', ')}`)),
    )
  }
  if (html !== undefined) await writeFile(html, reportPage(merged, html)).catch(refused(html))
  return { failed: total.failed + damaged.length + missing.length > 0, incidents: total.incidents }
}

function totalText({ sources, failed, incidents, frames, unscored, duration_s }: TotalLine): string {
  const hours = (duration_s / 3600).toFixed(2)
  return `${count(sources, 'source')}, ${hours} h of video, ${frames} frames (${unscored} unscored): ${count(incidents, 'incident')}; ${count(failed, 'source')} not judged whole`
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
