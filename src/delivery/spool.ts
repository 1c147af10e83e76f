/**
 * Alerts on disk, in order, until the broker has them. An alert counts from fdatasync on: it survives a crash and a
 * power cut, keeps its seq, and is sent at least once (MQTT 5, 4.3.2).
 */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { ALERT_SCHEMA, type Alert, type AlertBody } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Retention } from '../core/settings.js'
import { uuidV7 } from '../core/uuid.js'
import { createAppendQueue } from './append-queue.js'
import { keepCursor, loadCursor } from './cursor.js'
import { setAside } from './damage.js'
import { progressFrom } from './progress.js'
import { encodeRecord, type StoredAlert } from './record.js'
import {
  appendToSegment,
  createSegment,
  cutSegment,
  listSegments,
  missingSeqs,
  readSegment,
  type Segment,
} from './segment.js'

/** A segment is the unit of removal: this many bytes, or an eighth of a small spool. */
const SEGMENT_BYTES = 256 * 1024

export interface SpoolOptions {
  readonly folder: string
  readonly unit: string
  readonly retention: Retention
  /** false: nobody will fetch the alerts, so they age out as if they were delivered. */
  readonly awaited: boolean
  onDiagnostic(d: Diagnostic): void
}

export interface Spool {
  /** Resolves with the alert once it is on disk. Rejects with FW_SPOOL_DISK when too many wait for a disk that refuses. */
  append(body: AlertBody): Promise<Alert>
  /** Up to `limit` undelivered alerts after `seq`, in order. Throws FW_SPOOL_DISK. */
  read(seq: number, limit: number): Promise<readonly StoredAlert[]>
  /** The broker has it, or will never take it. */
  delivered(seq: number): void
  /** Called after alerts came onto the disk. */
  onAppend(listener: () => void): void
  readonly lastSeq: number
  readonly cursor: number
  readonly pending: number
  /** When the oldest undelivered alert was put on disk, milliseconds since the epoch. */
  readonly oldestAtMs: number | undefined
  close(): Promise<void>
}

/** Opens and repairs: a torn last record is cut off, damaged ones are set aside with FW_SPOOL_CORRUPT. Throws FW_SPOOL_DISK. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  try {
    return await open(options)
  } catch (error) {
    throw diskError(options.folder, error)
  }
}

async function open({ folder, unit, retention, awaited, onDiagnostic }: SpoolOptions): Promise<Spool> {
  const segmentBytes = Math.min(SEGMENT_BYTES, Math.max(1024, Math.floor(retention.maxBytes / 8)))
  const listeners: (() => void)[] = []
  /** Records of the active segment, and of the one read last. */
  const cached = new Map<Segment, StoredAlert[]>()

  const segments = await listSegments(folder)
  const stored = await loadCursor(folder)
  if (stored === undefined) corrupt('cursor.json is unreadable; the alerts still kept are sent again')
  const progress = progressFrom(Math.max(stored ?? 0, (segments[0]?.first ?? 1) - 1))
  const cursorFile = keepCursor(folder, (error) => disk('the cursor cannot be written', error))
  let lastSeq = Math.max(progress.cursor, (segments.at(-1)?.first ?? 1) - 1)
  await repairTail()
  await retain(Date.now())
  const queue = createAppendQueue({
    write: (bodies) =>
      write(bodies).catch((error) => {
        throw diskError(folder, error)
      }),
    onFailure: (error, waiting) => disk(`${waiting} alert(s) wait in memory`, error),
    onWritten: () => {
      for (const listener of listeners) listener()
    },
  })

  /** The last segment is read at once: its end may be torn, and it says which seq is next. */
  async function repairTail(): Promise<void> {
    const last = segments.at(-1)
    if (!last) return
    const { records, end, damage, bytes } = await readSegment(last)
    const whole = damage.filter((d) => !d.torn)
    corrupt(await setAside(folder, last, bytes, whole))
    const torn = damage.find((d) => d.torn)
    if (torn) await cutSegment(last, torn.offset)
    // a damaged line behind the last record may have been told: its seq is not given again
    const hidden = whole.filter((d) => d.offset >= end).length
    lastSeq = Math.max(lastSeq, (records.at(-1)?.alert.seq ?? last.first - 1) + hidden)
    for (const seq of missingSeqs(records, last.first, lastSeq)) progress.add(seq)
    cached.set(last, records)
  }

  function lastOf(index: number): number {
    return (segments[index + 1]?.first ?? lastSeq + 1) - 1
  }

  async function recordsOf(segment: Segment, last: number): Promise<readonly StoredAlert[]> {
    const known = cached.get(segment)
    if (known) return known
    const { records, damage, bytes } = await readSegment(segment)
    corrupt(await setAside(folder, segment, bytes, damage))
    const told = records.filter(({ alert }) => alert.seq <= last) // what a failed append left at the end is in the next segment
    for (const seq of missingSeqs(told, segment.first, last)) progress.add(seq)
    cursorFile.move(progress.cursor)
    for (const other of cached.keys()) if (other !== segments.at(-1)) cached.delete(other)
    cached.set(segment, told)
    return told
  }

  async function read(after: number, limit: number): Promise<readonly StoredAlert[]> {
    for (let seq = Math.max(after, progress.cursor); seq < lastSeq; ) {
      const index = segments.findIndex((_, i) => lastOf(i) > seq)
      const last = lastOf(index)
      const records = await recordsOf(segments[index]!, last).catch((error) => {
        throw diskError(folder, error)
      })
      const found = records.filter(({ alert }) => alert.seq > seq && !progress.has(alert.seq))
      if (found.length > 0) return found.slice(0, limit)
      seq = last
    }
    return []
  }

  async function write(bodies: readonly AlertBody[]): Promise<readonly Alert[]> {
    const now = Date.now()
    const records = bodies.map((body, i): StoredAlert => {
      const id = uuidV7(now, randomBytes(10))
      const seq = lastSeq + 1 + i
      return { at: now, alert: { schema: ALERT_SCHEMA, id, seq, unit, ...body, replayed: false } }
    })
    const active = await activeSegment(now)
    try {
      await appendToSegment(active, Buffer.concat(records.map(encodeRecord)), now)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') await startAfresh()
      throw error
    }
    cached.get(active)!.push(...records)
    lastSeq += records.length
    await retain(now).catch((error) => disk('old segments cannot be removed', error))
    return records.map(({ alert }) => alert)
  }

  /** Somebody removed the files while we ran: their alerts are lost, the next one must not be. */
  async function startAfresh(): Promise<void> {
    corrupt(`the files are gone, with ${progress.skipTo(lastSeq)} undelivered alert(s)`)
    segments.length = 0
    cached.clear()
    await listSegments(folder) // makes the folder
    cursorFile.move(progress.cursor)
  }

  async function activeSegment(nowMs: number): Promise<Segment> {
    const last = segments.at(-1)
    const old = last !== undefined && last.bytes > 0 && nowMs - last.firstAtMs > retention.maxAgeMs / 4
    if (last && last.bytes < segmentBytes && !old) return last
    const segment = await createSegment(folder, lastSeq + 1, nowMs)
    segments.push(segment)
    cached.clear()
    cached.set(segment, [])
    return segment
  }

  /**
   * Removes segments from the oldest on: delivered and older than max_age, or beyond max_bytes. Undelivered alerts go
   * for want of space only, never for age. The active segment stays: its name keeps seq.
   */
  async function retain(nowMs: number): Promise<void> {
    let total = segments.reduce((sum, s) => sum + s.bytes, 0)
    let dropped = 0
    while (segments.length > 1) {
      const oldest = segments[0]!
      const old = nowMs - oldest.changedMs > retention.maxAgeMs && (!awaited || lastOf(0) <= progress.cursor)
      if (!old && total <= retention.maxBytes) break
      dropped += progress.skipTo(lastOf(0))
      cursorFile.move(progress.cursor)
      await rm(oldest.path, { force: true })
      segments.shift()
      cached.delete(oldest)
      total -= oldest.bytes
    }
    if (dropped === 0 || !awaited) return
    const text = `${dropped} undelivered alert(s) dropped: over ${retention.maxBytes} bytes (spool.max_bytes)`
    onDiagnostic(diagnostic('FW_SPOOL_FULL', 'spool', text))
  }

  function corrupt(text: string | undefined): void {
    if (text) onDiagnostic(diagnostic('FW_SPOOL_CORRUPT', 'spool', text))
  }

  function disk(text: string, error: unknown): void {
    onDiagnostic(diagnostic('FW_SPOOL_DISK', 'spool', `${diskError(folder, error).message}; ${text}`))
  }

  return {
    append: (body) => queue.append(body),
    read,
    delivered: (seq) => {
      progress.add(seq)
      cursorFile.move(progress.cursor)
    },
    onAppend: (listener) => {
      listeners.push(listener)
    },
    get lastSeq() {
      return lastSeq
    },
    get cursor() {
      return progress.cursor
    },
    get pending() {
      return lastSeq - progress.cursor - progress.ahead
    },
    get oldestAtMs() {
      const index = segments.findIndex((_, i) => lastOf(i) > progress.cursor)
      if (index < 0) return undefined
      const oldest = segments[index]!
      return cached.get(oldest)?.find(({ alert }) => alert.seq > progress.cursor)?.at ?? oldest.firstAtMs
    },
    close: async () => {
      await queue.close()
      await cursorFile.flush()
    },
  }
}

function diskError(folder: string, error: unknown): FwError {
  if (error instanceof FwError) return error
  const { code, message } = error as NodeJS.ErrnoException
  return new FwError('FW_SPOOL_DISK', `${folder}: ${code ?? message}`, { cause: error })
}
