/** What is read of the spool: what a sink has left to take, and all that is kept. */
import type { Alert } from '../../core/alert.js'
import type { AlertLog } from './alert-log.js'
import type { Cursor } from './cursor.js'
import type { StoredAlert } from './record.js'

/** Up to `limit` alerts after `after` that `cursor` has not, in order. Throws what the file system throws. */
export async function readUndelivered(
  log: AlertLog,
  cursor: Cursor,
  after: number,
  limit: number,
): Promise<readonly StoredAlert[]> {
  for (let seq = Math.max(after, cursor.at); seq < log.state.lastSeq; ) {
    const { records, last } = await log.readAfter(seq)
    const found: StoredAlert[] = []
    for (const stored of records) {
      if (found.length === limit) break
      if (stored.alert.seq > seq && !cursor.has(stored.alert.seq)) found.push(stored)
    }
    if (found.length > 0) return found
    seq = last
  }
  return []
}

/** Every alert after `after` that is kept, whoever has it, in order. Throws what the file system throws. */
export async function* keptAlerts(log: AlertLog, after: number): AsyncGenerator<Alert> {
  for (let seq = after; seq < log.state.lastSeq; ) {
    const { records, last } = await log.readAfter(seq)
    for (const { alert } of records) if (alert.seq > seq) yield alert
    seq = last
  }
}
