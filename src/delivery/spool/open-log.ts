/** What an earlier run left in the spool's folder, mended: a torn last record is cut off, damaged ones are set aside. */
import { setAside } from './damage.js'
import type { LogState } from './log-state.js'
import type { StoredAlert } from './record.js'
import { cutSegment, listSegments, missingSeqs, readSegment } from './segment.js'

export interface OpenedLog {
  readonly state: LogState
  /** Records of the last segment. */
  readonly tail: readonly StoredAlert[]
  /** Seqs of the last segment that no record holds. */
  readonly missing: readonly number[]
  /** What was damaged, for the operator. */
  readonly problem?: string
}

/** Reads the last segment alone: its end may be torn, and it says which seq is next. Throws what the file system throws. */
export async function openLog(folder: string): Promise<OpenedLog> {
  const segments = await listSegments(folder)
  const last = segments.at(-1)
  if (!last) return { state: { segments, lastSeq: 0 }, tail: [], missing: [] }
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
    tail: records,
    missing: missingSeqs(records, last.first, lastSeq),
    problem,
  }
}
