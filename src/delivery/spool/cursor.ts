/** A sink's place in the spool: what it has taken, kept in one small file so that a restart sends only what is left. */
import { readFile } from 'node:fs/promises'
import { keepFile } from '../../files/kept-file.js'
import { isSettled, markSettled, type Progress, progressFrom, skipTo } from './progress.js'

/** A crash forgets at most this much of acknowledgements; those alerts are sent again, marked `replayed`. */
const COALESCE_MS = 250
/** 16 digits name a segment; a seq beyond this is no count of alerts. */
const MAX_SEQ = 1e15

export interface Cursor {
  /** All up to here is delivered, dropped or damaged. */
  readonly at: number
  /** Delivered beyond `at`. */
  readonly ahead: number
  has(seq: number): boolean
  /** `seqs` are delivered, or never will be. On disk soon. */
  settle(seqs: Iterable<number>): void
  /** Nothing up to `seq` will be delivered any more. Returns how many were not. */
  skipTo(seq: number): number
  /** Resolves when the file is up to date or could not be written. */
  flush(): Promise<void>
}

/** The delivered seq of an earlier run: 0 where there is none, undefined where the file says nothing that could be one. */
export async function loadCursor(path: string): Promise<number | undefined> {
  try {
    const stored: unknown = JSON.parse(await readFile(path, 'utf8'))
    const { delivered } = Object(stored) as { delivered?: unknown }
    return Number.isInteger(delivered) && (delivered as number) >= 0 && (delivered as number) < MAX_SEQ
      ? (delivered as number)
      : undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 0 : undefined
  }
}

/**
 * Where a sink begins in a spool whose segments hold the seqs from `first` (undefined: there are none) to `last`. A
 * cursor that cannot be true is damage: what is kept is delivered again rather than lost. `problem` is for the operator.
 */
export function placeOf(
  stored: number | undefined,
  first: number | undefined,
  last: number,
): { readonly from: number; readonly problem?: string } {
  if (first === undefined) {
    if (stored === 0) return { from: 0 }
    return { from: stored ?? 0, problem: `the files are gone; seq goes on at ${(stored ?? 0) + 1}` }
  }
  const again = 'the alerts still kept are sent again'
  if (stored === undefined) return { from: first - 1, problem: `cursor.json is unreadable; ${again}` }
  if (stored > last) {
    return { from: first - 1, problem: `cursor.json says ${stored}, the newest alert is ${last}; ${again}` }
  }
  return { from: Math.max(stored, first - 1) }
}

export interface CursorOptions {
  readonly from: number
  /** The file does not say `from`, and is written at once. */
  readonly mended: boolean
  /** Hears of a write that failed; the next change tries again. */
  onFailure(error: unknown): void
}

export function keepCursor(path: string, { from, mended, onFailure }: CursorOptions): Cursor {
  const file = keepFile(path, { everyMs: COALESCE_MS, onFailure })
  let progress = progressFrom(from)
  const save = () => file.put(`{"delivered":${progress.cursor}}\n`)
  if (mended) save()

  function become(next: Progress): void {
    const moved = next.cursor > progress.cursor
    progress = next
    if (moved) save()
  }

  return {
    get at() {
      return progress.cursor
    },
    get ahead() {
      return progress.ahead.size
    },
    has: (seq) => isSettled(progress, seq),
    settle: (seqs) => become(markSettled(progress, seqs)),
    skipTo: (seq) => {
      const [next, skipped] = skipTo(progress, seq)
      become(next)
      return skipped
    },
    flush: () => file.flush(),
  }
}
