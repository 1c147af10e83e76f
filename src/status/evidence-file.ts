/** Evidence pictures by the paths that alerts carry, and nothing else of the disk. */
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { readPlainFile } from '../files/plain-file.js'

/** `<camera>/<yyyy-mm-dd>/<file>.jpg` */
const PATH = /^[a-z0-9][a-z0-9-]{0,62}\/\d{4}-\d{2}-\d{2}\/[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.jpg$/

/** The picture at `path` below `<stateDir>/evidence`; undefined: it is none, or retention has taken it. */
export async function readEvidence(stateDir: string, path: string): Promise<Buffer | undefined> {
  if (!PATH.test(path)) return undefined
  const root = await realpath(join(stateDir, 'evidence')).catch(() => undefined) // no picture yet
  if (root === undefined) return undefined
  const wanted = join(root, path)
  // a folder on the way may be a link that somebody planted
  const real = await realpath(wanted).catch(() => undefined)
  return real === wanted ? readPlainFile(wanted) : undefined
}
