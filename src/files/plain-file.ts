/** Reading a file that may be gone, or have been replaced by something that nobody of ours put there. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Undefined where there is no plain file at `path`: gone, a link, or a folder on the way that is none. Throws what else the file system throws. */
export async function readPlainFile(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    return await file.readFile().finally(() => file.close())
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EISDIR') return undefined
    throw error
  }
}
