import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keepFile } from '../../src/files/kept-file.js'
import { emptyFolder } from '../fixtures/alerts.js'

const unexpected = (error: unknown) => {
  throw error
}

test('of many values the newest is on disk after flush, however they came', async () => {
  const path = join(await emptyFolder(), 'value')
  const file = keepFile(path, { onFailure: unexpected })
  for (let i = 0; i <= 100; i++) file.put(String(i))
  await file.flush()
  expect(await readFile(path, 'utf8')).toBe('100')
  file.put('101')
  await file.flush()
  expect(await readFile(path, 'utf8')).toBe('101')
})

test('flush does not wait for the pause between writes, and writes nothing anew', async () => {
  const path = join(await emptyFolder(), 'value')
  const file = keepFile(path, { everyMs: 3_600_000, onFailure: unexpected })
  file.put('1')
  file.put('2')
  await file.flush()
  const { mtimeMs, ino } = await stat(path)
  await file.flush()
  expect(await stat(path)).toMatchObject({ mtimeMs, ino })
  expect(await readFile(path, 'utf8')).toBe('2')
})

test('a write that failed is reported and tried again', async () => {
  const folder = await emptyFolder()
  const path = join(folder, 'value')
  await mkdir(join(folder, '.value.new'))
  const failures: unknown[] = []
  const file = keepFile(path, { onFailure: (error) => failures.push(error) })
  file.put('1')
  await file.flush()
  expect(failures).toMatchObject([{ code: 'EISDIR' }, { code: 'EISDIR' }])
  await rm(join(folder, '.value.new'), { recursive: true })
  await file.flush()
  expect(await readFile(path, 'utf8')).toBe('1')
  expect(failures).toHaveLength(2)
})
