/**
 * The spool's own clock: it goes on while the spool is open, over all runs, and never steps. Ages are taken by it: the
 * time of day may be set by 50 years at any moment, and alerts must not go for that.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keepFile } from '../../files/kept-file.js'

export interface SpoolClock {
  /** Milliseconds; where it began means nothing. */
  nowMs(): number
  /** Keeps the reading; a crash turns the clock back to the last one kept. */
  save(): void
  /** Resolves when the last `save` is on disk or could not be written. */
  flush(): Promise<void>
}

/** Goes on from the file in `folder`, from `newestMs` (a time by it that is known otherwise) if that is later, or else from `beginMs`. */
export async function openSpoolClock(
  folder: string,
  newestMs: number | undefined,
  beginMs: number,
  onFailure: (error: unknown) => void,
): Promise<SpoolClock> {
  const path = join(folder, 'clock.json')
  const known = [await load(path), newestMs].filter((ms) => ms !== undefined)
  const fromMs = known.length > 0 ? Math.max(...known) : beginMs
  const openedAtMs = performance.now()
  const nowMs = () => fromMs + performance.now() - openedAtMs
  const file = keepFile(path, { onFailure })
  return { nowMs, save: () => file.put(`${JSON.stringify({ ms: Math.floor(nowMs()) })}\n`), flush: () => file.flush() }
}

async function load(path: string): Promise<number | undefined> {
  try {
    const { ms } = Object(JSON.parse(await readFile(path, 'utf8'))) as { ms?: unknown }
    return Number.isSafeInteger(ms) && (ms as number) >= 0 ? (ms as number) : undefined
  } catch {
    return undefined // not there yet, or damaged: alerts are then kept for longer
  }
}
