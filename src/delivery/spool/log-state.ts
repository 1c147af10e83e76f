/** What the spool has on disk, as values: its segments, and how far seq has come. Steps without I/O; `alert-log.ts` does what they say. */
import type { Retention } from '../../core/settings.js'
import type { Segment } from './segment.js'

export interface LogState {
  /** By seq; the last one is appended to. */
  readonly segments: readonly Segment[]
  /** Of the newest alert that counts; 0: none yet. */
  readonly lastSeq: number
}

export interface LogLimits extends Retention {
  /** A segment is the unit of removal: this many bytes, and a quarter of max_age. */
  readonly segmentBytes: number
}

/** A segment of 256 KiB, or an eighth of a small spool. */
export function limitsOf(retention: Retention): LogLimits {
  const segmentBytes = Math.min(256 * 1024, Math.max(1024, Math.floor(retention.maxBytes / 8)))
  return { ...retention, segmentBytes }
}

/** Seq of the last record in the segment at `index`. */
export function lastOf({ segments, lastSeq }: LogState, index: number): number {
  return (segments[index + 1]?.first ?? lastSeq + 1) - 1
}

/** Index of the segment that holds the first seq beyond `seq`; -1: there is none. */
export function segmentAfter(log: LogState, seq: number): number {
  return log.segments.findIndex((_, i) => lastOf(log, i) > seq)
}

/** The next append begins a segment. `nowMs` is of the spool's clock. */
export function needsSegment({ segments }: LogState, limits: LogLimits, nowMs: number): boolean {
  const active = segments.at(-1)
  if (!active) return true
  return active.bytes >= limits.segmentBytes || (active.bytes > 0 && nowMs - active.begunMs > limits.maxAgeMs / 4)
}

export function withSegment(log: LogState, segment: Segment): LogState {
  return { ...log, segments: [...log.segments, segment] }
}

/** `count` records of `bytes` in all are in the last segment, for good. */
export function appended({ segments, lastSeq }: LogState, count: number, bytes: number, nowMs: number): LogState {
  const active = segments.at(-1)!
  const longer = { ...active, bytes: active.bytes + bytes, changedMs: nowMs }
  return { segments: [...segments.slice(0, -1), longer], lastSeq: lastSeq + count }
}

/** Somebody removed the files: seq goes on. */
export function emptied({ lastSeq }: LogState): LogState {
  return { segments: [], lastSeq }
}

/** `segment` is no longer on disk. */
export function without({ segments, lastSeq }: LogState, segment: Segment): LogState {
  return { segments: segments.filter(({ path }) => path !== segment.path), lastSeq }
}

/**
 * The segments to remove, oldest first: beyond max_bytes, or delivered and older than max_age. Undelivered alerts go
 * for want of space only. The last segment stays: its name keeps seq. `delivered` is the seq up to which every sink has
 * its alerts; `nowMs` is of the spool's clock.
 */
export function overdue(log: LogState, limits: LogLimits, delivered: number, nowMs: number): readonly Segment[] {
  let total = log.segments.reduce((sum, { bytes }) => sum + bytes, 0)
  let count = 0
  for (; count < log.segments.length - 1; count++) {
    const { bytes, changedMs } = log.segments[count]!
    const old = nowMs - changedMs > limits.maxAgeMs && lastOf(log, count) <= delivered
    if (total <= limits.maxBytes && !old) break
    total -= bytes
  }
  return log.segments.slice(0, count)
}
