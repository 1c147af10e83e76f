/**
 * Alerts on disk, in order, until the broker has them. An alert counts from fdatasync on: it survives a crash and a
 * power cut, keeps its seq, and is sent at least once (MQTT 5, 4.3.2).
 */
import { join } from 'node:path'
import type { Alert, AlertBody } from '../../core/alert.js'
import type { Diagnostic } from '../../core/diagnostic.js'
import type { Retention } from '../../core/settings.js'
import { type AlertLog, alertLog } from './alert-log.js'
import { createAppendQueue } from './append-queue.js'
import { type Cursor, keepCursor, loadCursor, placeOf } from './cursor.js'
import { type LogState, limitsOf } from './log-state.js'
import { numbered } from './numbered.js'
import { openLog } from './open-log.js'
import type { StoredAlert } from './record.js'
import { openSpoolClock, type SpoolClock } from './spool-clock.js'
import { diskError, type SpoolReports, spoolReports } from './spool-reports.js'
import { openSpoolSink, type SpoolSink } from './spool-sink.js'
import { startTidying } from './tidying.js'
import { keptAlerts, readUndelivered } from './unread.js'

export interface SpoolOptions {
  readonly folder: string
  readonly unit: string
  /** Goes into each alert's `url`. */
  readonly publicUrl?: string
  readonly retention: Retention
  /** false: no broker fetches the alerts: they age as if it had them. */
  readonly fetched: boolean
  onDiagnostic(d: Diagnostic): void
}

export interface Spool {
  /** Resolves with the alert once it is on disk. Rejects with FW_SPOOL_DISK when too many wait for a disk that refuses. */
  append(body: AlertBody): Promise<Alert>
  /** Up to `limit` undelivered alerts after `seq`, in order. Throws FW_SPOOL_DISK. */
  read(seq: number, limit: number): Promise<readonly StoredAlert[]>
  /** Every alert after `seq` that is kept, delivered or not, in order. Throws what the file system throws. */
  kept(seq: number): AsyncIterable<Alert>
  /** The broker has it, or will never take it. */
  delivered(seq: number): void
  isDelivered(seq: number): boolean
  /** A place of its own for the sink `name`, where it was when it was closed; a new one begins with the next alert. */
  sink(name: string): Promise<SpoolSink>
  /** Calls `listener` after alerts came onto the disk, until the function that it returns is called. */
  onAppend(listener: () => void): () => void
  /** As `SpoolOptions.fetched`, which a reload may change. */
  setFetched(fetched: boolean): void
  readonly lastSeq: number
  readonly cursor: number
  readonly pending: number
  close(): Promise<void>
}

/** Opens and repairs: a torn last record is cut off, damaged ones are set aside with FW_SPOOL_CORRUPT. Throws FW_SPOOL_DISK. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const reports = spoolReports(options.folder, options.onDiagnostic)
  const throwDiskError = (error: unknown) => {
    throw diskError(options.folder, error)
  }
  const parts = await openParts(options, reports).catch(throwDiskError)
  const { log, cursor, clock } = parts
  const others = new Set<Cursor>()
  const tidying = startTidying(log, cursor, others, clock, {
    fetched: options.fetched,
    onDropped: (count) => reports.dropped(count, options.retention.maxBytes),
    onFailure: (error) => reports.disk('old segments cannot be removed', error),
  })
  await tidying.run()
  const listeners = new Set<() => void>()

  const queue = createAppendQueue({
    write: async (bodies) => {
      const records = numbered(bodies, options, log.state.lastSeq + 1, Date.now(), clock.nowMs())
      await log.append(records, clock.nowMs()).catch(throwDiskError)
      await tidying.run()
      return records.map(({ alert }) => alert)
    },
    onFailure: (error, waiting) => reports.disk(`${waiting} alert(s) wait in memory`, error),
    onWritten: () => {
      for (const listener of listeners) listener()
    },
  })

  return {
    append: (body) => queue.append(body),
    read: (seq, limit) => readUndelivered(log, cursor, seq, limit).catch(throwDiskError),
    kept: (seq) => keptAlerts(log, seq),
    delivered: (seq) => cursor.settle([seq]),
    isDelivered: cursor.has,
    sink: (name) => openSpoolSink(options.folder, name, log, others, reports),
    onAppend: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setFetched: tidying.setFetched,
    get lastSeq() {
      return log.state.lastSeq
    },
    get cursor() {
      return cursor.at
    },
    get pending() {
      return log.state.lastSeq - cursor.at - cursor.ahead
    },
    close: async () => {
      await queue.close()
      tidying.stop()
      clock.save()
      await Promise.all([clock.flush(), cursor.flush()])
    },
  }
}

interface Parts {
  readonly log: AlertLog
  readonly cursor: Cursor
  readonly clock: SpoolClock
}

async function openParts({ folder, retention }: SpoolOptions, reports: SpoolReports): Promise<Parts> {
  const { state, records, missing, problem } = await openLog(folder)
  reports.corrupt(problem)
  const cursor = await openCursor(folder, state, reports)
  cursor.settle(missing)
  const newestMs = state.segments.at(-1)?.changedMs
  const clock = await openSpoolClock(folder, newestMs, Date.now(), (error) =>
    reports.disk('clock.json cannot be written', error),
  )
  const lastSeq = Math.max(state.lastSeq, cursor.at) // without segments the cursor alone keeps seq
  const log = alertLog({ ...state, lastSeq }, records, {
    folder,
    limits: limitsOf(retention),
    onCorrupt: reports.corrupt,
    onMissing: cursor.settle,
    onGone: () => reports.corrupt(`the files are gone, with ${cursor.skipTo(log.state.lastSeq)} undelivered alert(s)`),
  })
  return { log, cursor, clock }
}

async function openCursor(folder: string, { segments, lastSeq }: LogState, reports: SpoolReports): Promise<Cursor> {
  const path = join(folder, 'cursor.json')
  const { from, problem } = placeOf(await loadCursor(path), segments[0]?.first, lastSeq)
  reports.corrupt(problem)
  const mended = problem !== undefined
  return keepCursor(path, { from, mended, onFailure: (error) => reports.disk('the cursor cannot be written', error) })
}
