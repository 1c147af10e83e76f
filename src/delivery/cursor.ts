/** How far alerts are delivered: one small file, written whole, coalesced while acknowledgements come in. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeAtomically } from './atomic-file.js'

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
export function keepCursor(folder: string, signal: AbortSignal, onFailure: (error: unknown) => void): CursorFile {
  let wanted = 0
  let written = 0
  let saving: Promise<void> | undefined

  async function save(): Promise<void> {
    while (written < wanted) {
      const seq = wanted
      try {
        await writeAtomically(pathOf(folder), `${JSON.stringify({ delivered: seq })}\n`)
        written = seq
      } catch (error) {
        onFailure(error)
        break
      }
      // aborted: the last value is written at once
      await sleep(COALESCE_MS, undefined, { signal, ref: false }).catch(() => {})
    }
    saving = undefined // in the same turn as the last look at `wanted`
  }

  function move(seq: number): void {
    if (seq <= wanted) return
    wanted = seq
    saving ??= save()
  }

  return {
    move,
    flush: async () => {
      await saving
      if (written < wanted) await save() // a write that failed before, once more
    },
  }
}

function pathOf(folder: string): string {
  return join(folder, 'cursor.json')
}
