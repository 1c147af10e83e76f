import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { ConfigError } from '../../src/config/problem.js'
import { emptyFolder } from '../fixtures/alerts.js'

async function load(cameras: readonly string[], { extra = '', tolerant = true } = {}) {
  const path = join(await emptyFolder(), 'config.yaml')
  await writeFile(path, ['unit: gate', extra, 'cameras:', ...cameras.map((camera) => `  - ${camera}`), ''].join('\n'))
  return loadConfig(path, {}, { tolerant })
}

const GOOD = '{ id: north, url: rtsp://a/1 }'

test('a camera with mistakes of its own is left out and named, with its place in the file', async () => {
  const settings = await load([
    '{ id: bad, url: rtsp://b/1, transport: tpc }',
    GOOD,
    '{ id: worse, url: rtsp://c/1, username: u, password: { env: NOT_SET } }',
  ])
  expect(settings.cameras.map(({ id }) => id)).toEqual(['north'])
  expect(settings.leftOut!.map(({ camera, problems: [first] }) => [camera, first!.line, first!.text])).toEqual([
    ['bad', 4, "cameras[0].transport takes tcp or udp, not 'tpc'; did you mean tcp?"],
    ['worse', 6, 'cameras[2].password { env: NOT_SET } is not set'],
  ])
})

test('a camera given twice is left out the second time; one without a name by its place', async () => {
  const settings = await load([GOOD, GOOD, '{ url: rtsp://c/1 }'])
  expect(settings.leftOut!.map(({ camera }) => camera)).toEqual(['north', 'cameras[2]'])
  expect(settings.cameras).toHaveLength(1)
})

test('nothing is left out of a file that is right', async () => {
  expect((await load([GOOD])).leftOut).toBeUndefined()
})

test.each([
  ['the unit', [GOOD, '{ id: bad, url: 7 }'], { extra: 'guards: many' }],
  ['what all cameras share', [GOOD], { extra: 'defaults: { transport: tpc }' }],
  ['every camera', ['{ id: bad, url: 7 }'], {}],
  ['a camera, and nobody asked for tolerance', [GOOD, '{ id: bad, url: 7 }'], { tolerant: false }],
])('a mistake in %s is one of the file', async (_, cameras, options) => {
  await expect(load(cameras, options)).rejects.toBeInstanceOf(ConfigError)
})
