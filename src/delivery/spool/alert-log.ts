/** The alerts on disk: appended, read back and removed, segment by segment. Who has read what is not its business. */
import { rm } from 'node:fs/promises'
import {
  appended,
  emptied,
  type LogLimits,
  type LogState,
  lastOf,
  needsSegment,
  overdue,
  segmentAfter,
  without,
  withSegment,
} from './log-state.js'
import { readOldSegment } from './open-log.js'
import { encodeRecord, type StoredAlert } from './record.js'
import { recordCache } from './record-cache.js'
import { appendToSegment, createSegment, makeFolder, type Segment } from './segment.js'

export interface AlertLogOptions {
  readonly folder: string
  readonly limits: LogLimits
  /** Damaged pieces were set aside: a line for the operator. */
  onCorrupt(text: string): void
  /** No record holds these seqs, and none ever will. */
  onMissing(seqs: readonly number[]): void
  /** Somebody removed the files while we ran: all that was in them is lost. */
  onGone(): void
}

export interface AlertLog {
  readonly state: LogState
  /** All or nothing, in one write that is synced. Throws what the file system throws. */
  append(records: readonly StoredAlert[], nowMs: number): Promise<void>
  /** The records of the segment in which the first seq beyond `seq` lies, and the last seq of that segment. */
  readAfter(seq: number): Promise<{ readonly records: readonly StoredAlert[]; readonly last: number }>
  /** Removes what retention takes. Returns the seq up to which nothing is kept any more; undefined: nothing was removed. */
  retain(delivered: number, nowMs: number): Promise<number | undefined>
}

/** `tail` are the records of the last segment. */
export function alertLog(opened: LogState, tail: readonly StoredAlert[], options: AlertLogOptions): AlertLog {
  const { folder, limits, onCorrupt, onMissing, onGone } = options
  let log = opened
  const cache = recordCache()
  const active = () => log.segments.at(-1)!
  if (log.segments.length > 0) cache.begin(active().path, tail)

  async function beginSegment(nowMs: number): Promise<void> {
    const segment = await createSegment(folder, log.lastSeq + 1, nowMs)
    log = withSegment(log, segment)
    cache.begin(segment.path, [])
  }

  async function recordsOf(segment: Segment, last: number): Promise<readonly StoredAlert[]> {
    const known = cache.of(segment.path)
    if (known) return known
    const { records, missing, problem } = await readOldSegment(folder, segment, last)
    if (!log.segments.some(({ path }) => path === segment.path)) return [] // retention took it meanwhile
    if (problem) onCorrupt(problem)
    onMissing(missing)
    cache.keep(segment.path, records)
    return records
  }

  return {
    get state() {
      return log
    },
    append: async (records, nowMs) => {
      if (needsSegment(log, limits, nowMs)) await beginSegment(nowMs)
      const bytes = Buffer.concat(records.map(encodeRecord))
      try {
        await appendToSegment(active(), bytes)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        log = emptied(log)
        cache.clear()
        await makeFolder(folder).catch(() => {}) // a disk that refuses: the next append tries again
        onGone()
        throw error
      }
      cache.append(records)
      log = appended(log, records.length, bytes.length, nowMs)
    },
    readAfter: async (seq) => {
      const index = segmentAfter(log, seq)
      const segment = log.segments[index]
      const last = segment ? lastOf(log, index) : log.lastSeq
      return { records: segment ? await recordsOf(segment, last) : [], last }
    },
    retain: async (delivered, nowMs) => {
      const removed = overdue(log, limits, delivered, nowMs)
      for (const segment of removed) {
        await rm(segment.path, { force: true })
        log = without(log, segment)
      }
      return removed.length > 0 ? log.segments[0]!.first - 1 : undefined
    },
  }
}
