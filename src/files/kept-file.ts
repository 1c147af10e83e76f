/** A small file that follows a value which changes often: the newest text is written, whole, one write at a time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { writeAtomically } from './atomic-file.js'

export interface KeptFile {
  /** `text` is on disk soon; of those that come while a write runs only the newest is written. */
  put(text: string): void
  /** Resolves when the last `put` is on disk or could not be written. */
  flush(): Promise<void>
}

export interface KeptFileOptions {
  /** At most one write in this time, milliseconds; a crash forgets as much. */
  readonly everyMs?: number
  /** Called for each write that failed; the next `put` or `flush` tries again. */
  onFailure(error: unknown): void
}

/** Writes to `path` by `writeAtomically`. Nothing is read, and nothing is written before the first `put`. */
export function keepFile(path: string, { everyMs = 0, onFailure }: KeptFileOptions): KeptFile {
  let pending: string | undefined
  let saving: Promise<void> | undefined
  let pause = new AbortController()

  async function save(): Promise<void> {
    while (pending !== undefined) {
      const text = pending
      pending = undefined
      try {
        await writeAtomically(path, text)
      } catch (error) {
        pending ??= text
        onFailure(error)
        break
      }
      await sleep(everyMs, undefined, { signal: pause.signal, ref: false }).catch(() => {}) // flushed: no more waiting
    }
    saving = undefined // in the same turn as the last look at `pending`
  }

  return {
    put: (text) => {
      pending = text
      saving ??= save()
    },
    flush: async () => {
      pause.abort()
      await saving
      if (pending !== undefined) await save()
      pause = new AbortController()
    },
  }
}
