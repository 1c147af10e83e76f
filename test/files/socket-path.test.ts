import { expect, test } from 'vitest'
import { withSocketPath } from '../../src/files/socket-path.js'
import { emptyFolder } from '../fixtures/alerts.js'

test('a path of 107 bytes is taken as it is', async () => {
  const path = `/${'x'.repeat(106)}`
  expect(await withSocketPath(path, async (short) => short)).toBe(path)
})

test.runIf(process.platform === 'linux')('a longer one goes through its folder', async () => {
  const folder = await emptyFolder()
  const name = 's'.repeat(107)
  expect(await withSocketPath(`${folder}/${name}`, async (short) => short)).toMatch(/^\/proc\/self\/fd\/\d+\/s{107}$/)
})

test.runIf(process.platform === 'linux')('a longer one in no folder is ENOENT', async () => {
  const path = `/nowhere/${'s'.repeat(107)}`
  await expect(withSocketPath(path, async (short) => short)).rejects.toMatchObject({ code: 'ENOENT' })
})
