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
  /** false: no broker fetches the alerts: they age as if it had them. */
  readonly fetched: boolean
  /** `count` alerts went undelivered, for want of space. */
  onDropped(count: number): void
  onFailure(error: unknown): void
}

/** `cursor` is the broker's, `others` those of the other sinks. */
export function startTidying(
  log: AlertLog,
  cursor: Cursor,
  others: ReadonlySet<Cursor>,
  clock: SpoolClock,
  options: TidyingOptions,
): Tidying {
  let { fetched } = options

  async function run(): Promise<void> {
    try {
      const delivered = Math.min(fetched ? cursor.at : log.state.lastSeq, ...[...others].map(({ at }) => at))
      const gone = await log.retain(delivered, clock.nowMs())
      if (gone === undefined) return
      const ofBroker = cursor.skipTo(gone)
      const ofOthers = [...others].map((other) => other.skipTo(gone))
      const dropped = Math.max(fetched ? ofBroker : 0, ...ofOthers)
      if (dropped > 0) options.onDropped(dropped)
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
