/** Records that are none: copied to `spool/damaged/` for a person to look at; what follows them is delivered. */
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createFile } from '../../files/atomic-file.js'
import type { Damage } from './record.js'
import type { Segment } from './segment.js'

/** Copies the damaged pieces of a segment. Returns what to tell; undefined where nothing is damaged. Throws what the file system throws. */
export async function setAside(
  folder: string,
  segment: Segment,
  bytes: Buffer,
  damage: readonly Damage[],
): Promise<string | undefined> {
  if (damage.length === 0) return undefined
  const aside = join(folder, 'damaged')
  await mkdir(aside, { recursive: true, mode: 0o700 })
  for (const d of damage) {
    const name = `${basename(segment.path, '.log')}-${d.offset}`
    await copyAside(join(aside, name), bytes.subarray(d.offset, d.offset + d.bytes))
  }
  return `${damage.length} damaged record(s) in ${basename(segment.path)}, copied to ${aside}`
}

async function copyAside(path: string, bytes: Buffer): Promise<void> {
  try {
    const file = await createFile(path)
    await file.writeFile(bytes).finally(() => file.close())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // set aside by an earlier run
  }
}
