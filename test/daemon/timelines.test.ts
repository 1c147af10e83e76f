import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keepTimelines } from '../../src/daemon/timelines.js'
import { emptyFolder } from '../fixtures/alerts.js'
import { camera } from '../status/board.js'

test('the day of a camera outlives the daemon, and a damaged file begins a new one', async () => {
  const dir = await emptyFolder()
  const failures: string[] = []
  const start = () =>
    keepTimelines(
      dir,
      () => [camera('gate'), camera('yard', { scored: false, state: 'backoff' })],
      (text) => failures.push(text),
    )
  await mkdir(join(dir, 'timelines'))
  const hour = Math.floor(Date.now() / 60_000) - 60
  await writeFile(join(dir, 'timelines', 'gate.json'), JSON.stringify({ minutes: [[hour, -1, 2, 1]] }))
  await writeFile(join(dir, 'timelines', 'yard.json'), '[[')
  const timelines = start()
  await timelines.stop()
  expect(timelines.of('gate')!.map(({ low, high, state }) => [low, high, state])).toEqual([
    [-1, 2, 'guarding'],
    [-0.5, -0.5, 'guarding'],
  ])
  expect(timelines.of('yard')!.map(({ low, state }) => [low, state])).toEqual([[null, 'backoff']])
  expect(timelines.of('none')).toBeUndefined()
  expect(JSON.parse(await readFile(join(dir, 'timelines', 'gate.json'), 'utf8')).minutes).toHaveLength(2)
  expect(failures).toEqual([])
})
