import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockState } from '../../src/delivery/state-lock.js'
import { emptyFolder } from '../fixtures/alerts.js'

test('a second one is refused and told who holds the lock; after release it may', async () => {
  const folder = await emptyFolder()
  const lock = await lockState(folder)
  await expect(lockState(folder)).rejects.toMatchObject({
    code: 'FW_STATE_LOCKED',
    message: expect.stringContaining(`process ${process.pid}`),
  })
  await lock.release()
  expect(await readdir(folder)).toEqual([])
  await (await lockState(folder)).release()
})

test('the lock of a killed process is taken over', async () => {
  const folder = await emptyFolder()
  const holder = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(join(folder, 'lock'))}, () => console.log('held')); setInterval(() => {}, 1000)`,
  ])
  await once(holder.stdout, 'data')
  await expect(lockState(folder)).rejects.toMatchObject({ code: 'FW_STATE_LOCKED' })
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const lock = await lockState(folder)
  await expect(lockState(folder)).rejects.toMatchObject({ code: 'FW_STATE_LOCKED' })
  await lock.release()
})

test('a folder whose path is too long for a socket is locked all the same', async () => {
  const folder = join(await emptyFolder(), 'a'.repeat(100), 'b'.repeat(60))
  const lock = await lockState(folder)
  await expect(lockState(folder)).rejects.toMatchObject({ code: 'FW_STATE_LOCKED' })
  await lock.release()
})

test('a state_dir that is a file is FW_STATE_DIR', async () => {
  const path = join(await emptyFolder(), 'state')
  await appendFile(path, '')
  await expect(lockState(path)).rejects.toMatchObject({
    code: 'FW_STATE_DIR',
    message: expect.stringContaining('EEXIST'),
  })
})
