/** How far alerts are delivered: one small file, written whole, coalesced while acknowledgements come in. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeptFile, keepFile } from '../files/kept-file.js'

/** A crash forgets at most this much of acknowledgements; those alerts are sent again, marked `replayed`. */
const COALESCE_MS = 250

export interface CursorFile {
  /** Notes that all up to `seq` is delivered; on disk soon. */
  move(seq: number): void
  /** Resolves when the last `move` is on disk or could not be written. */
  flush(): Promise<void>
}

/** The delivered seq of an earlier run: 0 where there is none, undefined where the file is damaged. */
export async function loadCursor(folder: string): Promise<number | undefined> {
  try {
    const { delivered } = JSON.parse(await readFile(pathOf(folder), 'utf8')) as { delivered?: unknown }
    return Number.isSafeInteger(delivered) && (delivered as number) >= 0 ? (delivered as number) : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** `onFailure` hears of a write that failed; the next `move` tries again. */
export function keepCursor(folder: string, onFailure: (error: unknown) => void): CursorFile {
  const file: KeptFile = keepFile(pathOf(folder), { everyMs: COALESCE_MS, onFailure })
  let at = 0
  return {
    move: (seq) => {
      if (seq <= at) return
      at = seq
      file.put(`${JSON.stringify({ delivered: seq })}\n`)
    },
    flush: () => file.flush(),
  }
}

function pathOf(folder: string): string {
  return join(folder, 'cursor.json')
}
