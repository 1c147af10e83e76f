/** The results of an archive's shards in one folder: a file a source, kept over kills, and a mark of each shard that is through. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../files/atomic-file.js'
import { refused } from '../files/output-refused.js'
import type { ScanLine } from './lines.js'
import {
  createResult,
  headOf,
  type KeptResult,
  readResult,
  removeBegun,
  resultPath,
  settingsHash,
} from './result-file.js'
import { type Shard, sourceKey } from './shard.js'
import type { SourceEnd } from './source.js'
import { startTimeline } from './timeline.js'

/** Beside the results, from a shard's start on: `merge` tells by it what is missing. */
export interface ShardMark {
  readonly shard: number
  readonly of: number
  /** When every source of the shard had its result; null: a run has begun and did not get so far. */
  readonly finished: string | null
}

const MARK = /^shard-\d+-of-(\d+)\.json$/

export interface Archive {
  /** What an earlier run found in `source`; undefined where it is to be judged (again): new, changed, failed, other settings. */
  earlier(source: string): Promise<KeptResult | undefined>
  /** Hands `lines` on and writes them down; of a source that was cut short nothing is kept. Throws FW_OUTPUT. */
  keep(source: string, lines: AsyncGenerator<ScanLine, SourceEnd>): AsyncGenerator<ScanLine, SourceEnd>
  /** Each of `sources`, which are the whole shard, has its result. */
  finish(sources: readonly string[]): Promise<void>
}

/** `settings`: all that could change a line. `frames`: keep each frame's line. Throws FW_OUTPUT where `dir` cannot be made. */
export async function openArchive(
  dir: string,
  shard: Shard,
  { frames, ...settings }: { readonly frames: boolean } & Record<string, unknown>,
): Promise<Archive> {
  const hash = settingsHash({ frames, ...settings })
  await prepare(dir, shard).catch(refused(dir))

  return {
    async earlier(source) {
      const path = resultPath(dir, sourceKey(source))
      const [kept, now] = await Promise.all([readResult(path).catch(() => undefined), headOf(source, hash, new Date())])
      if (!kept || kept.error || kept.head.source !== source) return undefined
      const same = (['settings', 'bytes', 'modified'] as const).every((key) => kept.head[key] === now[key])
      return same ? kept : undefined
    },
    async *keep(source, lines) {
      const file = await createResult(resultPath(dir, sourceKey(source)))
      const timeline = startTimeline()
      try {
        await file.write(await headOf(source, hash, new Date()))
        let next = await lines.next()
        for (; !next.done; next = await lines.next()) {
          const line = next.value
          if (line.type === 'frame') timeline.add(line)
          if (line.type === 'summary') await file.write(timeline.line(source))
          if (line.type !== 'frame' || frames) await file.write(line)
          yield line
        }
        if (next.value !== 'cut') await file.commit()
        return next.value
      } finally {
        await lines.return('cut')
        await file.discard()
      }
    },
    async finish(sources) {
      await removeBegun(dir, new Set(sources.map(sourceKey)))
      await writeMark(dir, shard, new Date().toISOString())
    },
  }
}

/** The folder, with this shard's mark and without those of another number of shards: they speak of another division. */
async function prepare(dir: string, shard: Shard): Promise<void> {
  await mkdir(dir, { recursive: true })
  const stale = (await readdir(dir)).filter((name) => {
    const [, of] = MARK.exec(name) ?? []
    return of !== undefined && Number(of) !== shard.of
  })
  await Promise.all(stale.map((name) => rm(join(dir, name), { force: true })))
  await writeMark(dir, shard, null)
}

function writeMark(dir: string, { index, of }: Shard, finished: ShardMark['finished']): Promise<void> {
  const mark: ShardMark = { shard: index, of, finished }
  return writeAtomically(join(dir, `shard-${index}-of-${of}.json`), `${JSON.stringify(mark)}\n`)
}

/** The marks in `dir`. */
export async function marksIn(dir: string): Promise<readonly ShardMark[]> {
  const names = (await readdir(dir)).filter((name) => MARK.test(name))
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8').catch(() => '')))
  return texts.flatMap((text) => {
    try {
      return [JSON.parse(text) as ShardMark]
    } catch {
      return [] // removed by a run with another number of shards while this one reads
    }
  })
}
