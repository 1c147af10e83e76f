/** What came of one source of an archive, as a file: JSON lines, there whole or not at all. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { FwError } from '../core/errors.js'
import { jsonLine } from '../core/printable.js'
import { createFile, syncFolder } from '../files/atomic-file.js'
import { refused } from '../files/output-refused.js'
import type { ErrorLine, IncidentLine, ScanLine, SummaryLine, TimelineLine } from './lines.js'

/** First line: what was judged, and how. A result stands for as long as both are the same. */
export interface ResultHead {
  readonly type: 'scan'
  readonly source: string
  /** Of the file when it was judged; null where it could not be looked at. */
  readonly bytes: number | null
  readonly modified: string | null
  /** sha256 of all that could change a line: bundle, mode, width, rate, baseline, frames. */
  readonly settings: string
  readonly started: string
}

/** A result as read, without its frames. `error` where the source was not judged whole. */
export interface KeptResult {
  readonly path: string
  readonly head: ResultHead
  readonly incidents: readonly IncidentLine[]
  readonly timeline?: TimelineLine
  readonly error?: ErrorLine
  readonly summary?: SummaryLine
}

export interface ResultFile {
  write(line: ResultHead | ScanLine | TimelineLine): Promise<void>
  /** From here on the result counts, also after power was lost. */
  commit(): Promise<void>
  /** Takes back what was written; nothing where it was committed. */
  discard(): Promise<void>
}

const ENDING = '.jsonl'
const FLUSH_CHARS = 65_536

export function resultPath(dir: string, key: string): string {
  return join(dir, `${key}${ENDING}`)
}

/** sha256 of `settings` as JSON. */
export function settingsHash(settings: object): string {
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex')
}

/** Begins beside `path`, under a name of its own: two runs of one shard do not meet. Throws FW_OUTPUT. */
export async function createResult(path: string): Promise<ResultFile> {
  const folder = dirname(path)
  const beside = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  const file = await createFile(beside).catch(refused(beside))
  let text = ''
  let open = true

  async function flush(): Promise<void> {
    await file.writeFile(text).catch(refused(beside))
    text = ''
  }

  return {
    async write(line) {
      text += `${jsonLine(line)}\n`
      if (text.length > FLUSH_CHARS) await flush()
    },
    async commit() {
      await flush()
      await file.sync().catch(refused(beside))
      await file.close()
      open = false
      // Another run of this shard may be through, and have removed this file: then nothing is missing.
      await rename(beside, path).catch((error) => access(path).catch(() => refused(path)(error)))
      await syncFolder(folder)
    },
    async discard() {
      if (!open) return
      open = false
      await file.close()
      await rm(beside, { force: true })
    },
  }
}

/** Removes what killed runs began in `dir` of the results with these keys. */
export async function removeBegun(dir: string, keys: ReadonlySet<string>): Promise<void> {
  const begun = (await readdir(dir)).filter((name) => {
    const end = name.lastIndexOf(`${ENDING}.`)
    return name.startsWith('.') && end > 0 && keys.has(name.slice(1, end))
  })
  await Promise.all(begun.map((name) => rm(join(dir, name), { force: true })))
}

/** Paths of the results in `dir`, sorted. Throws FW_SOURCE. */
export async function resultsIn(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((cause) => {
    throw new FwError('FW_SOURCE', `${dir}: ${cause.code}`, { cause })
  })
  return names
    .filter((name) => name.endsWith(ENDING) && !name.startsWith('.'))
    .sort()
    .map((name) => join(dir, name))
}

/** Throws FW_SOURCE where the file is no whole result. */
export async function readResult(path: string): Promise<KeptResult> {
  type Line = ResultHead | ScanLine | TimelineLine
  const lines: Line[] = []
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      const line = JSON.parse(text) as Line
      if (line.type !== 'frame') lines.push(line)
    }
  } catch (cause) {
    throw new FwError('FW_SOURCE', `${path}: ${(cause as Error).message}`, { cause })
  }
  const only = <T extends Line['type']>(type: T) => lines.find((l): l is Extract<Line, { type: T }> => l.type === type)
  const head = only('scan')
  const [error, summary, timeline] = [only('error'), only('summary'), only('timeline')]
  if (!head || !(error || summary)) throw new FwError('FW_SOURCE', `${path}: no whole result of a scan`)
  return { path, head, incidents: lines.filter((line) => line.type === 'incident'), timeline, error, summary }
}

/** The head of a result of `source` as it lies there now. */
export async function headOf(source: string, settings: string, started: Date): Promise<ResultHead> {
  const now = await stat(source).catch(() => undefined)
  return {
    type: 'scan',
    source,
    bytes: now?.size ?? null,
    modified: now?.mtime.toISOString() ?? null,
    settings,
    started: started.toISOString(),
  }
}
