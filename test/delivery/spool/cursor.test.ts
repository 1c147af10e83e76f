import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keepCursor, loadCursor, placeOf } from '../../../src/delivery/spool/cursor.js'
import { emptyFolder } from '../../fixtures/alerts.js'

test.each([
  ['null', undefined],
  ['[]', undefined],
  ['7', undefined],
  ['{"deliv', undefined],
  ['', undefined],
  ['{}', undefined],
  ['{"delivered":-1}', undefined],
  ['{"delivered":1.5}', undefined],
  ['{"delivered":"7"}', undefined],
  ['{"delivered":9007199254740991}', undefined],
  ['{"delivered":30}', 30],
])('a cursor file that holds %s says %s', async (text, seq) => {
  const path = join(await emptyFolder(), 'cursor.json')
  await writeFile(path, text)
  expect(await loadCursor(path)).toBe(seq)
})

test('no file is 0, a folder in its place is damage', async () => {
  const path = join(await emptyFolder(), 'cursor.json')
  expect(await loadCursor(path)).toBe(0)
  await mkdir(path)
  expect(await loadCursor(path)).toBeUndefined()
})

test.each([
  // stored, first, last, from, problem
  [0, undefined, 0, 0, undefined],
  [30, 1, 30, 30, undefined],
  [10, 21, 30, 20, undefined],
  [30, 31, 30, 30, undefined],
  [999, 1, 30, 0, 'cursor.json says 999, the newest alert is 30'],
  [999, 21, 30, 20, 'cursor.json says 999, the newest alert is 30'],
  [undefined, 21, 30, 20, 'cursor.json is unreadable'],
  [30, undefined, 0, 30, 'the files are gone; seq goes on at 31'],
  [undefined, undefined, 0, 0, 'the files are gone; seq goes on at 1'],
])('stored %s, alerts from %s to %s: goes on after %s', (stored, first, last, from, problem) => {
  const place = placeOf(stored, first, last)
  expect(place.from).toBe(from)
  if (problem === undefined) expect(place.problem).toBeUndefined()
  else expect(place.problem).toContain(problem)
})

test('a mended cursor is on disk at once: it must not come true later', async () => {
  const path = join(await emptyFolder(), 'cursor.json')
  await writeFile(path, '{"delivered":999}')
  await keepCursor(path, { from: 0, mended: true, onFailure: () => {} }).flush()
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ delivered: 0 })
})
