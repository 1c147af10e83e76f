/** Records that are none: copied to `spool/damaged/` for a person to look at; what follows them is delivered. */
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
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
    const copy = join(aside, `${basename(segment.path, '.log')}-${d.offset}`)
    await writeFile(copy, bytes.subarray(d.offset, d.offset + d.bytes), { mode: 0o600 })
  }
  return `${damage.length} damaged record(s) in ${basename(segment.path)}, copied to ${aside}`
}
