import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockState } from '../../src/delivery/state-lock.js'
import { emptyFolder } from '../fixtures/alerts.js'

test('a second one is refused and learns who holds the lock; after release it may', async () => {
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

test('of many that try at once one gets it, the others learn so, and it is free as soon as release resolves', async () => {
  const folder = await emptyFolder()
  for (let round = 0; round < 10; round++) {
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockState(folder)))
    const held = tries.filter((t) => t.status === 'fulfilled')
    expect(held).toHaveLength(1)
    for (const t of tries) if (t.status === 'rejected') expect(t.reason).toMatchObject({ code: 'FW_STATE_LOCKED' })
    await held[0]!.value.release()
    expect(await readdir(folder)).toEqual([])
  }
})

test('somebody who asks for the owner and never hangs up does not hold up the release', async () => {
  const folder = await emptyFolder()
  const lock = await lockState(folder)
  const asking = connect({ path: join(folder, 'lock'), allowHalfOpen: true })
  asking.on('error', () => {})
  await once(asking, 'connect')
  await lock.release()
  asking.destroy()
  await (await lockState(folder)).release()
  expect(await readdir(folder)).toEqual([])
})

test('a daemon whose folder was removed and taken anew leaves the new lock alone', async () => {
  const folder = join(await emptyFolder(), 'state')
  const old = await lockState(folder)
  await rm(folder, { recursive: true })
  const fresh = await lockState(folder)
  await old.release()
  await expect(lockState(folder)).rejects.toMatchObject({ code: 'FW_STATE_LOCKED' })
  await fresh.release()
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
