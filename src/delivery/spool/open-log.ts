/** Reading what is in the spool's folder, and mending it: a torn last record is cut off, damaged ones are set aside. */
import { setAside } from './damage.js'
import type { LogState } from './log-state.js'
import type { StoredAlert } from './record.js'
import { cutSegment, listSegments, missingSeqs, readSegment, type Segment } from './segment.js'

export interface SegmentRecords {
  readonly records: readonly StoredAlert[]
  /** Seqs of the segment that no record holds. */
  readonly missing: readonly number[]
  /** What was damaged, for the operator. */
  readonly problem?: string
}

export interface OpenedLog extends SegmentRecords {
  readonly state: LogState
}

/** What an earlier run left. Reads the last segment alone: its end may be torn, and it says which seq is next. Throws what the file system throws. */
export async function openLog(folder: string): Promise<OpenedLog> {
  const segments = await listSegments(folder)
  const last = segments.at(-1)
  if (!last) return { state: { segments, lastSeq: 0 }, records: [], missing: [] }
  const { records, end, damage, bytes } = await readSegment(last)
  const whole = damage.filter(({ torn }) => !torn)
  const problem = await setAside(folder, last, bytes, whole)
  const torn = damage.find((one) => one.torn)
  const mended = torn ? await cutSegment(last, torn.offset) : last
  // a damaged line behind the last record may have been reported: its seq is not given again
  const hidden = whole.filter(({ offset }) => offset >= end).length
  const lastSeq = (records.at(-1)?.alert.seq ?? last.first - 1) + hidden
  const changedMs = records.at(-1)?.at ?? last.begunMs
  return {
    state: { segments: [...segments.slice(0, -1), { ...mended, changedMs }], lastSeq },
    records,
    missing: missingSeqs(records, last.first, lastSeq),
    problem,
  }
}

/** A segment that is no longer appended to; `last` is the seq of its last record. A file that is gone holds none. Throws what the file system throws. */
export async function readOldSegment(folder: string, segment: Segment, last: number): Promise<SegmentRecords> {
  try {
    const { records, damage, bytes } = await readSegment(segment)
    const problem = await setAside(folder, segment, bytes, damage)
    const kept = records.filter(({ alert }) => alert.seq <= last) // what a failed append left at the end is in the next segment
    return { records: kept, missing: missingSeqs(kept, segment.first, last), problem }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const problem = `${segment.path} is gone, with alerts ${segment.first} to ${last}`
    return { records: [], missing: missingSeqs([], segment.first, last), problem }
  }
}
