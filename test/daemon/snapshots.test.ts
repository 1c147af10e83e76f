import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSnapshots } from '../../src/daemon/snapshots.js'
import { emptyFolder } from '../fixtures/alerts.js'

async function unit() {
  const dir = await emptyFolder()
  await mkdir(join(dir, 'snapshots'))
  const asked: string[] = []
  const snapshots = createSnapshots(
    dir,
    (id) => id !== 'none',
    (id) => asked.push(id),
    100,
  )
  return { dir, asked, ...snapshots }
}

test('who asks at the same time gets the same picture, made once', async () => {
  const { dir, asked, take, kept } = await unit()
  const both = [take('gate'), take('gate')]
  await writeFile(join(dir, 'snapshots', 'gate.jpg'), 'jpeg')
  kept('gate', 'snapshots/gate.jpg')
  expect((await Promise.all(both)).map(String)).toEqual(['jpeg', 'jpeg'])
  expect(String(await take('gate'))).toBe('jpeg')
  expect(asked).toEqual(['gate'])
})

test('there is none of a camera that is unknown, silent, or whose disk refuses', async () => {
  const { asked, take, kept } = await unit()
  expect(await take('none')).toBeUndefined()
  expect(await take('silent')).toBeUndefined()
  const refused = take('full')
  kept('full', null)
  expect(await refused).toBeUndefined()
  expect(asked).toEqual(['silent', 'full'])
})

test('a link in its place is not followed', async () => {
  const { dir, take, kept } = await unit()
  await writeFile(join(dir, 'secret'), 'secret')
  await symlink(join(dir, 'secret'), join(dir, 'snapshots', 'gate.jpg'))
  const taken = take('gate')
  kept('gate', 'snapshots/gate.jpg')
  expect(await taken).toBeUndefined()
})
