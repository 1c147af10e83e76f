import { lstat, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFile, writeAtomically } from '../../src/files/atomic-file.js'
import { emptyFolder } from '../fixtures/alerts.js'

test('a file is there whole, for this user alone, and nothing beside it', async () => {
  const folder = await emptyFolder()
  const path = join(folder, 'incidents.json')
  await writeFile(path, 'old', { mode: 0o644 })
  await writeAtomically(path, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600')
  expect(await readdir(folder)).toEqual(['incidents.json'])
})

test('a link that somebody planted is replaced, not followed: where the text goes first, and at the name itself', async () => {
  const folder = await emptyFolder()
  const victim = join(folder, 'victim')
  await writeFile(victim, 'theirs')
  const path = join(folder, 'incidents.json')
  for (const planted of [join(folder, '.incidents.json.new'), path]) {
    await rm(planted, { force: true })
    await symlink(victim, planted)
    await writeAtomically(path, 'ours')
    expect([await readFile(victim, 'utf8'), await readFile(path, 'utf8')]).toEqual(['theirs', 'ours'])
    expect((await lstat(path)).isSymbolicLink()).toBe(false)
  }
  expect((await readdir(folder)).sort()).toEqual(['incidents.json', 'victim'])
})

test('a new file is made through no link, also one that leads nowhere yet', async () => {
  const folder = await emptyFolder()
  await symlink(join(folder, 'elsewhere'), join(folder, 'name'))
  await expect(createFile(join(folder, 'name'))).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readlink(join(folder, 'name'))).toBe(join(folder, 'elsewhere'))
  expect(await readdir(folder)).toEqual(['name'])
})

test('what cannot be written leaves the old file and nothing else', async () => {
  const folder = await emptyFolder()
  const path = join(folder, 'cursor.json')
  await writeAtomically(path, 'old')
  await mkdir(join(folder, '.cursor.json.new'))
  await expect(writeAtomically(path, 'new')).rejects.toMatchObject({ code: 'EISDIR' })
  expect(await readFile(path, 'utf8')).toBe('old')
  const taken = join(folder, 'taken')
  await mkdir(taken)
  await expect(writeAtomically(taken, 'new')).rejects.toMatchObject({ code: 'EISDIR' })
  expect((await readdir(folder)).sort()).toEqual(['.cursor.json.new', 'cursor.json', 'taken'])
})
