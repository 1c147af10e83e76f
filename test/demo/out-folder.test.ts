import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openOutFolder } from '../../src/demo/out-folder.js'
import { emptyFolder } from '../fixtures/alerts.js'

test('a new or empty folder is taken, and taken again without what the demo before left', async () => {
  const dir = join(await emptyFolder(), 'new', 'out')
  const out = await openOutFolder(dir)
  expect(out).toMatchObject({ dir, config: join(dir, 'config.yaml'), stateDir: join(dir, 'state') })
  await mkdir(join(out.stateDir, 'evidence'), { recursive: true })
  await writeFile(join(out.stateDir, 'evidence', 'a.jpg'), '')
  await writeFile(out.before, '')
  await openOutFolder(dir)
  expect(await readdir(dir)).toEqual(['.framewarden-demo'])
})

test('files of others stay, beside ours and where no demo was', async () => {
  const dir = await emptyFolder()
  await openOutFolder(dir)
  await writeFile(join(dir, 'letter.txt'), 'mine')
  await openOutFolder(dir)
  expect(await readFile(join(dir, 'letter.txt'), 'utf8')).toBe('mine')

  const foreign = await emptyFolder()
  await writeFile(join(foreign, 'config.yaml'), 'mine')
  await expect(openOutFolder(foreign)).rejects.toMatchObject({ code: 'FW_USAGE' })
  expect(await readFile(join(foreign, 'config.yaml'), 'utf8')).toBe('mine')
})

test('a folder that cannot be made is a mistake of the caller', async () => {
  const dir = await emptyFolder()
  await writeFile(join(dir, 'file'), '')
  await expect(openOutFolder(join(dir, 'file', 'out'))).rejects.toMatchObject({ code: 'FW_USAGE' })
})
