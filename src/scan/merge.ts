/** The results of shards put together: each source once, and what the whole comes to. */
import { FwError } from '../core/errors.js'
import { marksIn, type ShardMark } from './archive.js'
import { rounded } from './lines.js'
import { type KeptResult, readResult, resultsIn } from './result-file.js'

/** Last line of `scan merge --json`. `shards`: how many there are, and which of them are not through; null: none was seen. */
export interface TotalLine {
  readonly type: 'total'
  readonly sources: number
  /** Sources that could not be judged whole. */
  readonly failed: number
  readonly incidents: number
  readonly frames: number
  readonly flagged: number
  readonly unscored: number
  readonly duration_s: number
  readonly shards: { readonly of: number; readonly missing: readonly number[] } | null
  /** sha256 of each bundle that judged; scores of two bundles are not to be compared. */
  readonly models: readonly string[]
}

export interface Merged {
  /** By name. */
  readonly results: readonly KeptResult[]
  readonly total: TotalLine
  /** Files that are no whole result. */
  readonly damaged: readonly FwError[]
}

/** Reads all results in `dirs`. Throws FW_SOURCE where a folder cannot be read or none has a result. */
export async function mergeResults(dirs: readonly string[]): Promise<Merged> {
  const damaged: FwError[] = []
  const best = new Map<string, KeptResult>()
  for (const path of (await Promise.all(dirs.map(resultsIn))).flat()) {
    try {
      const result = await readResult(path)
      const { source } = result.head
      best.set(source, better(best.get(source), result))
    } catch (error) {
      if (!(error instanceof FwError)) throw error
      damaged.push(error)
    }
  }
  const marks = (await Promise.all(dirs.map(marksIn))).flat()
  const results = [...best.values()].sort((a, b) => (a.head.source < b.head.source ? -1 : 1))
  if (results.length + damaged.length + marks.length === 0)
    throw new FwError('FW_SOURCE', `${dirs.join(', ')}: no results of a scan with --shard`)
  return { results, total: totalOf(results, shardsSeen(marks)), damaged }
}

/** Of two results of one source: the one without an error, then the later one. */
function better(a: KeptResult | undefined, b: KeptResult): KeptResult {
  if (!a) return b
  if ((a.error === undefined) !== (b.error === undefined)) return a.error ? b : a
  return b.head.started > a.head.started ? b : a
}

/** Of several divisions the one that lacks fewest. */
export function shardsSeen(marks: readonly ShardMark[]): TotalLine['shards'] {
  const divisions = [...new Set(marks.map(({ of }) => of))].map((of) => {
    const through = marks.filter((mark) => mark.of === of && mark.finished !== null).map(({ shard }) => shard)
    return { of, missing: Array.from({ length: of }, (_, i) => i).filter((i) => !through.includes(i)) }
  })
  return divisions.sort((a, b) => a.missing.length - b.missing.length)[0] ?? null
}

function totalOf(results: readonly KeptResult[], shards: TotalLine['shards']): TotalLine {
  const summaries = results.flatMap(({ summary }) => summary ?? [])
  const sum = (key: 'incidents' | 'frames' | 'flagged' | 'unscored' | 'duration_s') =>
    summaries.reduce((total, summary) => total + summary[key], 0)
  return {
    type: 'total',
    sources: results.length,
    failed: results.filter(({ error }) => error).length,
    ...{ incidents: sum('incidents'), frames: sum('frames'), flagged: sum('flagged'), unscored: sum('unscored') },
    duration_s: rounded(sum('duration_s'), 3),
    shards,
    models: [...new Set(summaries.map(({ model }) => model.sha256))].sort(),
  }
}
