/** Retention at work: what is delivered and old, or too much, is removed after each append and every hour. */
import type { AlertLog } from './alert-log.js'
import type { Cursor } from './cursor.js'
import type { SpoolClock } from './spool-clock.js'

const EVERY_MS = 3_600_000

export interface Tidying {
  /** Removes what is due; what the file system throws goes to `onFailure`. */
  run(): Promise<void>
  setFetched(fetched: boolean): void
  stop(): void
}

export interface TidyingOptions {
  /** false: nobody fetches the alerts, so they age as if they were delivered. */
  readonly fetched: boolean
  /** `count` alerts went undelivered, for want of space. */
  onDropped(count: number): void
  onFailure(error: unknown): void
}

export function startTidying(log: AlertLog, cursor: Cursor, clock: SpoolClock, options: TidyingOptions): Tidying {
  let { fetched } = options

  async function run(): Promise<void> {
    try {
      const gone = await log.retain(fetched ? cursor.at : log.state.lastSeq, clock.nowMs())
      const dropped = gone === undefined ? 0 : cursor.skipTo(gone)
      if (dropped > 0 && fetched) options.onDropped(dropped)
    } catch (error) {
      options.onFailure(error)
    }
  }

  const timer = setInterval(() => {
    clock.save()
    void run()
  }, EVERY_MS).unref()
  return {
    run,
    setFetched: (next) => {
      fetched = next
    },
    stop: () => clearInterval(timer),
  }
}
