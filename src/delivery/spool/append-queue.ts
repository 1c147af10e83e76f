/** Alerts on their way to the disk: those that come while a write runs share the next one; a disk that refuses is tried again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Alert, AlertBody } from '../../core/alert.js'
import { FwError } from '../../core/errors.js'

/** While the disk refuses, this many alerts wait in memory (about 1 kB each); more are refused. */
export const WAITING_ALERTS = 1_000
const BATCH_ALERTS = 100
const DISK_RETRY_MS = 1_000

export interface AppendQueueOptions {
  /** Puts a batch on disk, all or nothing. */
  write(bodies: readonly AlertBody[]): Promise<readonly Alert[]>
  /** Called with each failed write and the number that waits. */
  onFailure(error: unknown, waiting: number): void
  /** Called after a batch is on disk. */
  onWritten(): void
}

export interface AppendQueue {
  /** Resolves once on disk. Rejects with FW_SPOOL_DISK when too many wait, or still wait when the queue is closed. */
  append(body: AlertBody): Promise<Alert>
  /** Tries what waits once more. */
  close(): Promise<void>
}

interface Waiting {
  readonly body: AlertBody
  resolve(alert: Alert): void
  reject(error: unknown): void
}

export function createAppendQueue(options: AppendQueueOptions): AppendQueue {
  const abort = new AbortController()
  const waiting: Waiting[] = []
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_ALERTS)
      try {
        const alerts = await options.write(batch.map(({ body }) => body))
        waiting.splice(0, batch.length)
        for (const [i, { resolve }] of batch.entries()) resolve(alerts[i]!)
        options.onWritten()
      } catch (error) {
        options.onFailure(error, waiting.length)
        if (abort.signal.aborted) for (const { reject } of waiting.splice(0)) reject(error)
        else await sleep(DISK_RETRY_MS, undefined, { signal: abort.signal }).catch(() => {}) // closed: one last try
      }
    }
    running = undefined // in the same turn as the last look at `waiting`: nothing is left behind
  }

  return {
    append: (body) => {
      if (abort.signal.aborted) return Promise.reject(new FwError('FW_SPOOL_DISK', 'the spool is closed'))
      if (waiting.length >= WAITING_ALERTS) {
        const text = `${WAITING_ALERTS} alerts wait for the disk, an alert of camera '${body.camera}' is lost`
        return Promise.reject(new FwError('FW_SPOOL_DISK', text))
      }
      return new Promise((resolve, reject) => {
        waiting.push({ body, resolve, reject })
        running ??= run()
      })
    },
    close: async () => {
      abort.abort()
      await running
    },
  }
}
