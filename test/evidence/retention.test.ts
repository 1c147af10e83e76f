import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { enforceRetention } from '../../src/evidence/retention.js'
import { emptyFolder } from '../fixtures/alerts.js'

const NOW = Date.UTC(2026, 10, 22)
const DAY = 86_400_000

async function picture(root: string, path: string, ageMs: number, bytes: number): Promise<void> {
  const file = join(root, path)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, new Uint8Array(bytes))
  const at = new Date(NOW - ageMs)
  await utimes(file, at, at)
}

async function names(root: string): Promise<string[]> {
  return (await readdir(root, { recursive: true })).sort()
}

test('nothing goes while all fits and is young', async () => {
  const root = await emptyFolder()
  await picture(root, 'yard/2026-11-21/a.jpg', DAY, 100)
  const report = await enforceRetention(root, { maxBytes: 100, maxAgeMs: DAY }, NOW)
  expect(report).toEqual({ files: 1, bytes: 100, removedFiles: 0, removedBytes: 0 })
})

test('what is too old goes, with its empty folders', async () => {
  const root = await emptyFolder()
  await picture(root, 'yard/2026-11-20/a.jpg', 2 * DAY, 100)
  await picture(root, 'yard/2026-11-21/b.jpg', DAY, 100)
  const report = await enforceRetention(root, { maxBytes: 1000, maxAgeMs: DAY }, NOW)
  expect(report).toEqual({ files: 1, bytes: 100, removedFiles: 1, removedBytes: 100 })
  expect(await names(root)).toEqual(['yard', 'yard/2026-11-21', 'yard/2026-11-21/b.jpg'])
})

test('beyond the quota the oldest go first, across cameras and days', async () => {
  const root = await emptyFolder()
  for (let i = 0; i < 20; i++) await picture(root, `cam-${i % 3}/day-${i % 2}/${i}.jpg`, i * 1000, 100)
  const report = await enforceRetention(root, { maxBytes: 1000, maxAgeMs: DAY }, NOW)
  expect(report).toEqual({ files: 9, bytes: 900, removedFiles: 11, removedBytes: 1100 })
  const left = (await names(root))
    .filter((name) => name.endsWith('.jpg'))
    .map((name) => Number(/(\d+)\.jpg/.exec(name)![1]))
  expect(left.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('links are neither followed nor removed, and a folder that is not there holds nothing', async () => {
  const root = await emptyFolder()
  const elsewhere = await emptyFolder()
  await picture(elsewhere, 'private.txt', 9 * DAY, 100)
  await symlink(elsewhere, join(root, 'yard'))
  expect(await enforceRetention(root, { maxBytes: 0, maxAgeMs: 0 }, NOW)).toMatchObject({ files: 0, removedFiles: 0 })
  expect(await names(elsewhere)).toEqual(['private.txt'])
  expect(await enforceRetention(join(root, 'nowhere'), { maxBytes: 0, maxAgeMs: 0 }, NOW)).toMatchObject({ files: 0 })
})

test('two processes may clean at once', async () => {
  const root = await emptyFolder()
  for (let i = 0; i < 60; i++) await picture(root, `yard/day/${i}.jpg`, i * 1000, 100)
  const reports = await Promise.all([1, 2, 3].map(() => enforceRetention(root, { maxBytes: 1000, maxAgeMs: DAY }, NOW)))
  expect(reports.length).toBe(3)
  expect((await names(root)).filter((name) => name.endsWith('.jpg')).length).toBe(9)
})
