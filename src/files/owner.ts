/** Whose files are: a command that root runs leaves none that the daemon's user cannot read. */
import { lchown, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Who a file in `folder` should belong to where root writes it; undefined: to this user, who is not root. */
export async function ownerIn(folder: string): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = await stat(folder)
  return { uid, gid }
}

/** A folder for its user alone (0700), of whom the one above belongs to. One that is there stays as it is. Throws what the file system throws. */
export async function makeOwnedFolder(path: string): Promise<void> {
  const above = dirname(path)
  await mkdir(above, { recursive: true, mode: 0o700 })
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  const owner = await ownerIn(above)
  if (owner) await lchown(path, owner.uid, owner.gid)
}
