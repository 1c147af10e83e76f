/** The folder that the demo writes: emptied of what a former demo left, never of anything else. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FwError } from '../core/errors.js'

/** Its presence says that the names below are ours. */
const MARKER = '.framewarden-demo'
const FILES = {
  config: 'config.yaml',
  log: 'daemon.log',
  before: 'before.jpg',
  after: 'after.jpg',
  difference: 'difference.jpg',
  joined: 'demo.png',
  stateDir: 'state',
} as const

/** Absolute paths in the folder. */
export type OutFolder = { readonly dir: string } & { readonly [name in keyof typeof FILES]: string }

/**
 * Makes `dir`, or empties it of a former demo's files. Throws FW_USAGE when it holds files and no demo made it, or when it
 * cannot be written.
 */
export async function openOutFolder(dir: string): Promise<OutFolder> {
  const folder = resolve(dir)
  const path = (name: string) => join(folder, name)
  try {
    await mkdir(folder, { recursive: true })
    const found = await readdir(folder)
    if (found.length > 0 && !found.includes(MARKER)) {
      throw new FwError('FW_USAGE', `--out ${folder} holds files that no demo wrote; name a new folder`)
    }
    await writeFile(path(MARKER), 'The next `framewarden demo` here removes what the one before wrote.\n')
    for (const name of Object.values(FILES)) await rm(path(name), { recursive: true, force: true })
  } catch (cause) {
    if (cause instanceof FwError) throw cause
    throw new FwError('FW_USAGE', `--out ${folder}: ${(cause as Error).message}`, { cause })
  }
  const paths = Object.entries(FILES).map(([name, file]) => [name, path(file)])
  return { dir: folder, ...Object.fromEntries(paths) } as OutFolder
}
