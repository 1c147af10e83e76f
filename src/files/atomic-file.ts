/**
 * Small files that are there whole or not at all, also after power was lost: the one way in which the daemon writes
 * them. What is planted in their place, a link or a folder, is never followed.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ownerIn } from './owner.js'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants

/**
 * Writes beside, syncs, renames, syncs the folder. One write of a `path` at a time. Written by root, the file belongs to whom its
 * folder belongs to. Throws what the file system throws; the old file then stands.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.new`)
  const file = await createFile(beside).catch(async (error) => {
    if (error.code !== 'EEXIST') throw error
    await unlink(beside) // of a run that was killed; of a link the name alone goes, not what it points to
    return createFile(beside)
  })
  try {
    const owner = await ownerIn(dirname(path))
    if (owner) await file.chown(owner.uid, owner.gid)
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await rename(beside, path)
  } catch (error) {
    await file.close().catch(() => {}) // closed already, or the first error is the one to tell
    await unlink(beside).catch(() => {})
    throw error
  }
  await syncFolder(dirname(path))
}

/** A new file that this user alone reads and writes (0600). Throws EEXIST where the name is taken, by a link too. */
export function createFile(path: string): Promise<FileHandle> {
  return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
}

/**
 * Appends behind the first `end` bytes and syncs: fdatasync (POSIX) also writes the new size. What an earlier, failed append left
 * behind is cut off first. Throws what the file system throws; nothing then counts as appended.
 */
export async function appendSafely(file: FileHandle, bytes: Buffer, end: number): Promise<void> {
  if ((await file.stat()).size > end) await file.truncate(end)
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, end + done)).bytesWritten
  }
  await file.datasync()
}

/** Makes names that were created, renamed or removed in `folder` last. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
