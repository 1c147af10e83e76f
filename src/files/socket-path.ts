/** Paths of UNIX sockets, which the kernel keeps short. */
import { open } from 'node:fs/promises'
import { platform } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** sun_path of unix(7) holds 108 bytes with its end. */
const SOCKET_PATH_BYTES = 107

/**
 * Calls `use` with a path to bind or connect to: `path` itself, or on Linux one through its open folder where it is too long.
 * It holds until the promise of `use` settles. Throws what the file system throws for the folder.
 */
export async function withSocketPath<T>(path: string, use: (path: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES || platform() !== 'linux') return use(path)
  const folder = await open(dirname(path), 'r')
  try {
    return await use(join('/proc/self/fd', String(folder.fd), basename(path)))
  } finally {
    await folder.close()
  }
}
