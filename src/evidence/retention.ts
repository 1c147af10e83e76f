/** The evidence folder within its quota: what is too old goes, then the oldest until it fits. The folder itself is the record. */
import { readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FwError } from '../core/errors.js'
import type { Retention } from '../core/settings.js'

/** Room is made a little beyond the limit, so that not each picture costs a removal. */
const KEEP_SHARE = 0.95

export interface RetentionReport {
  /** What is left. */
  readonly files: number
  readonly bytes: number
  readonly removedFiles: number
  readonly removedBytes: number
}

interface Found {
  readonly path: string
  readonly bytes: number
  readonly changedMs: number
}

/**
 * Looks at all files under `root` (`<stateDir>/evidence`) and removes those older than `maxAgeMs`, then the oldest until
 * the rest is below `maxBytes`; empty folders go too. Several processes may do so at once. A `root` that is not there
 * holds nothing. Throws FW_EVIDENCE_DISK when the disk refuses.
 */
export async function enforceRetention(root: string, retention: Retention, nowMs: number): Promise<RetentionReport> {
  try {
    const files = (await filesUnder(root)).sort((a, b) => a.changedMs - b.changedMs)
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const target = total > retention.maxBytes ? retention.maxBytes * KEEP_SHARE : total
    let bytes = total
    let removedFiles = 0
    for (const file of files) {
      if (bytes <= target && nowMs - file.changedMs <= retention.maxAgeMs) break
      await rm(file.path, { force: true })
      bytes -= file.bytes
      removedFiles++
    }
    if (removedFiles > 0) await removeEmptyFolders(root)
    return { files: files.length - removedFiles, bytes, removedFiles, removedBytes: total - bytes }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new FwError('FW_EVIDENCE_DISK', `${root}: ${code}`, { cause: error })
  }
}

/** Plain files only: a link is neither followed nor removed. */
async function filesUnder(folder: string): Promise<Found[]> {
  const found: Found[] = []
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...(await filesUnder(path)))
    else if (entry.isFile()) {
      const stats = await orGone(stat(path))
      if (stats) found.push({ path, bytes: stats.size, changedMs: stats.mtimeMs })
    }
  }
  return found
}

async function removeEmptyFolders(root: string): Promise<void> {
  for (const entry of await entriesOf(root)) {
    if (!entry.isDirectory()) continue
    const path = join(root, entry.name)
    await removeEmptyFolders(path)
    // a folder with pictures stays; one that another process has just used, too
    if ((await entriesOf(path)).length === 0) await rmdir(path).catch(() => {})
  }
}

async function entriesOf(folder: string) {
  return (await orGone(readdir(folder, { withFileTypes: true }))) ?? []
}

/** Undefined where another process was faster. */
async function orGone<T>(looked: Promise<T>): Promise<T | undefined> {
  try {
    return await looked
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
