/** The bundle before: a copy of the last one that judged on this unit, for when the next one cannot. */
import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../files/atomic-file.js'

const LAST = 'last'

/** Folder of the copy below `stateDir`; undefined where none was kept. It is checked like any other bundle when it is opened. */
export async function keptBundle(stateDir: string): Promise<string | undefined> {
  const folder = join(stateDir, 'bundles')
  const name = await readFile(join(folder, LAST), 'utf8').catch(() => '') // none was kept
  return /^[0-9a-f]{64}$/.test(name) ? join(folder, name) : undefined
}

/**
 * Copies the bundle in `dir` whose manifest has this sha256, and forgets the one kept before; nothing where it is the kept one.
 * Several guards may do so at once. Throws what the file system throws; the one kept before then stands.
 */
export async function keepBundle(stateDir: string, dir: string, sha256: string): Promise<void> {
  const folder = join(stateDir, 'bundles')
  const place = join(folder, sha256)
  if ((await keptBundle(stateDir)) === place || dir === place) return
  const copy = join(folder, `.${randomBytes(6).toString('hex')}`)
  await mkdir(copy, { recursive: true, mode: 0o700 })
  try {
    const manifest = await readFile(join(dir, 'manifest.json'))
    // another bundle was laid in its place meanwhile: that one has not judged yet
    if (createHash('sha256').update(manifest).digest('hex') !== sha256) return
    const { files } = JSON.parse(manifest.toString('utf8')) as { files: Record<string, { path: string }> }
    for (const path of ['manifest.json', ...Object.values(files).map((file) => file.path)])
      await cp(join(dir, path), join(copy, path))
    await rename(copy, place).catch((error) => {
      if (!['EEXIST', 'ENOTEMPTY'].includes(error.code)) throw error // another guard has copied it
    })
    await writeAtomically(join(folder, LAST), sha256)
    const others = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}$/.test(name) && name !== sha256)
    await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })))
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}
