/** A place in the spool for a sink besides the broker: each has a cursor, so none waits for another. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AlertLog } from './alert-log.js'
import { type Cursor, keepCursor, loadCursor, placeOf } from './cursor.js'
import type { StoredAlert } from './record.js'
import { diskError, type SpoolReports } from './spool-reports.js'
import { readUndelivered } from './unread.js'

export interface SpoolSink {
  /** Up to `limit` alerts after `seq` that it has not, in order. Throws FW_SPOOL_DISK. */
  read(seq: number, limit: number): Promise<readonly StoredAlert[]>
  /** It has it, or will never take it. */
  delivered(seq: number): void
  readonly pending: number
  /** What it has is on disk; alerts are kept for it no longer. */
  close(): Promise<void>
}

const FILE = /^cursor-[0-9a-f]{16}\.json$/

/** Named for what it is, without saying it: an address may be a secret. */
function cursorFile(name: string): string {
  return `cursor-${createHash('sha256').update(name).digest('hex').slice(0, 16)}.json`
}

/** Forgets the places of sinks that are not among `names`. */
export async function forgetSinks(folder: string, names: readonly string[]): Promise<void> {
  const kept = new Set(names.map(cursorFile))
  for (const file of await readdir(folder)) {
    if (FILE.test(file) && !kept.has(file)) await rm(join(folder, file), { force: true })
  }
}

/** Goes on where the sink `name` was; a new one begins with the next alert. `cursors` hold alerts back from retention. */
export async function openSpoolSink(
  folder: string,
  name: string,
  log: AlertLog,
  cursors: Set<Cursor>,
  reports: SpoolReports,
): Promise<SpoolSink> {
  const { segments, lastSeq } = log.state
  const path = join(folder, cursorFile(name))
  const isNew = !existsSync(path)
  const { from, problem } = isNew ? { from: lastSeq } : placeOf(await loadCursor(path), segments[0]?.first, lastSeq)
  reports.corrupt(problem)
  const cursor = keepCursor(path, {
    from,
    mended: isNew || problem !== undefined,
    onFailure: (error) => reports.disk(`${cursorFile(name)} cannot be written`, error),
  })
  cursors.add(cursor)
  return {
    read: (seq, limit) =>
      readUndelivered(log, cursor, seq, limit).catch((error) => {
        throw diskError(folder, error)
      }),
    delivered: (seq) => cursor.settle([seq]),
    get pending() {
      return log.state.lastSeq - cursor.at - cursor.ahead
    },
    close: async () => {
      cursors.delete(cursor)
      await cursor.flush()
    },
  }
}
