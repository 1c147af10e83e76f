/**
 * Cameras whose retained topics the broker may hold: `spool/cameras.json`. A camera that left the configuration while
 * the daemon was down is found here, and its topics are emptied.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keepFile } from '../../files/kept-file.js'

export interface KnownCameras {
  readonly ids: ReadonlySet<string>
  add(id: string): void
  /** The broker holds topics of `ids` only. */
  set(ids: Iterable<string>): void
  /** Resolves when the file is written or could not be. */
  flush(): Promise<void>
}

/** An unreadable file holds none. */
export async function loadKnownCameras(folder: string, onFailure: (error: unknown) => void): Promise<KnownCameras> {
  const path = join(folder, 'cameras.json')
  let ids = new Set(await load(path))
  const file = keepFile(path, { onFailure })
  const save = () => file.put(`${JSON.stringify([...ids])}\n`)

  return {
    get ids() {
      return ids
    },
    add: (id) => {
      if (ids.has(id)) return
      ids.add(id)
      save()
    },
    set: (next) => {
      ids = new Set(next)
      save()
    },
    flush: () => file.flush(),
  }
}

async function load(path: string): Promise<string[]> {
  try {
    const ids: unknown = JSON.parse(await readFile(path, 'utf8'))
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
  } catch {
    return [] // not there yet, or damaged: at worst a retained topic of a removed camera stays
  }
}
