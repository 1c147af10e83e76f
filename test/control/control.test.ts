/** The control socket with real sockets, and what hostile or clumsy programs do to it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { askDaemon } from '../../src/control/client.js'
import type { Verbs } from '../../src/control/protocol.js'
import { type Control, startControl } from '../../src/control/server.js'
import { FwError } from '../../src/core/errors.js'
import { emptyFolder, until } from '../fixtures/alerts.js'

const big = 'x'.repeat(4_000_000)
const verbs: Verbs = {
  echo: async ({ said }) => ({ said }),
  big: async () => ({ big }),
  refuse: async () => {
    throw new FwError('FW_SPOOL_DISK', 'no room')
  },
  never: (_, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new FwError('FW_INTERNAL', 'gone')))),
}

async function control(stateDir: string, patienceMs?: number, own: Verbs = verbs): Promise<Control> {
  const started = await startControl({ stateDir, verbs: own, onFault: () => {}, patienceMs })
  onTestFinished(started.close)
  return started
}

/** A connection by hand: what came so far, and its end. */
async function byHand(stateDir: string): Promise<{ socket: Socket; came: () => string; ended: Promise<unknown> }> {
  const socket = connect(join(stateDir, 'control.sock'))
  let text = ''
  socket.on('data', (piece) => {
    text += piece
  })
  socket.on('error', () => {})
  const ended = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'connect')
  onTestFinished(() => {
    socket.destroy()
  })
  return { socket, came: () => text, ended }
}

const ask = (stateDir: string, verb: string, parameters = {}) =>
  askDaemon(stateDir, verb, { parameters, timeoutMs: 20_000 })

test('a request is answered, and a refusal is thrown by its code', async () => {
  const stateDir = await emptyFolder()
  await control(stateDir)
  expect(await ask(stateDir, 'echo', { said: 'a\nb' })).toEqual({ said: 'a\nb' })
  expect(await ask(stateDir, 'big')).toEqual({ big })
  await expect(ask(stateDir, 'refuse')).rejects.toMatchObject({ code: 'FW_SPOOL_DISK', message: 'no room' })
  await expect(ask(stateDir, 'ecko')).rejects.toMatchObject({ code: 'FW_REQUEST' })
})

test('the socket is for this user alone, and gone afterwards', async () => {
  const stateDir = await emptyFolder()
  const started = await control(stateDir)
  const path = join(stateDir, 'control.sock')
  expect(statSync(path).isSocket()).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await started.close()
  await expect(ask(stateDir, 'echo')).rejects.toMatchObject({ code: 'FW_NOT_RUNNING' })
  expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined()
})

test('a path that is too long for a socket works all the same', async () => {
  const stateDir = join(await emptyFolder(), 'x'.repeat(100), 'y'.repeat(100))
  mkdirSync(stateDir, { recursive: true })
  const started = await control(stateDir)
  expect(await ask(stateDir, 'echo', { said: 1 })).toEqual({ said: 1 })
  await started.close()
})

test('what a daemon left that was killed is replaced', async () => {
  const stateDir = await emptyFolder()
  const path = join(stateDir, 'control.sock')
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('listening'))`
  const killed = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(killed.stdout!, 'data')
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  mkdirSync(join(stateDir, '.control'))
  writeFileSync(join(stateDir, '.control', 's'), '')
  await expect(ask(stateDir, 'echo')).rejects.toMatchObject({ code: 'FW_NOT_RUNNING' })
  await control(stateDir)
  expect(await ask(stateDir, 'echo', { said: 1 })).toEqual({ said: 1 })
})

test('a link that was planted in its place is replaced, and what it points to stays', async () => {
  const stateDir = await emptyFolder()
  const precious = join(stateDir, 'precious')
  writeFileSync(precious, 'kept')
  symlinkSync(precious, join(stateDir, 'control.sock'))
  await control(stateDir)
  expect(await ask(stateDir, 'echo', { said: 1 })).toEqual({ said: 1 })
  expect(readFileSync(precious, 'utf8')).toBe('kept')
})

test('one that is answered is left alone', async () => {
  const stateDir = await emptyFolder()
  await control(stateDir)
  const second = startControl({ stateDir, verbs, onFault: () => {} })
  await expect(second).rejects.toMatchObject({ code: 'FW_STATE_LOCKED' })
  expect(await ask(stateDir, 'echo', { said: 1 })).toEqual({ said: 1 })
})

test.each([
  ['that is not there', (dir: string) => join(dir, 'nowhere')],
  [
    'where a folder lies in its place',
    (dir: string) => {
      mkdirSync(join(dir, 'control.sock', 'full'), { recursive: true })
      return dir
    },
  ],
])('a state_dir %s is reported', async (_, make) => {
  const stateDir = make(await emptyFolder())
  await expect(startControl({ stateDir, verbs, onFault: () => {} })).rejects.toMatchObject({ code: 'FW_STATE_DIR' })
})

test('requests of one connection are answered in order', async () => {
  const stateDir = await emptyFolder()
  await control(stateDir)
  const { socket, came } = await byHand(stateDir)
  socket.write(Array.from({ length: 10 }, (_, id) => `{"id":${id},"verb":"echo"}\n`).join(''))
  await until(() => came().split('\n').length > 10, 'ten answers')
  expect(
    came()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  ).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test.each([
  ['a line without end', (socket: Socket) => socket.write('x'.repeat(100_000)), 'FW_REQUEST'],
  ['more requests than wait', (socket: Socket) => socket.write('{"verb":"never"}\n'.repeat(1_000)), 'FW_REQUEST'],
  ['nothing at all', () => {}, ''],
  ['half a line', (socket: Socket) => socket.write('{"verb":'), ''],
  [
    'one byte now and then',
    (socket: Socket) => {
      const drip = setInterval(() => socket.write('x'), 20)
      socket.on('close', () => clearInterval(drip))
    },
    '',
  ],
  [
    'that it reads nothing',
    (socket: Socket) => {
      socket.pause()
      socket.write('{"verb":"big"}\n')
    },
    '',
  ],
])('a program that sends %s is hung up on, and harms nobody', async (_, misbehave, code) => {
  const stateDir = await emptyFolder()
  await control(stateDir, 300)
  const { socket, came, ended } = await byHand(stateDir)
  misbehave(socket)
  if (code === '') {
    // hung up on: what is written meets nobody
    const other = await ask(stateDir, 'echo', { said: 1 })
    expect(other).toEqual({ said: 1 })
    await until(() => {
      socket.write('x')
      return socket.destroyed
    }, 'the end')
  } else {
    await ended
    expect(JSON.parse(came())).toMatchObject({ ok: false, code })
  }
  expect(await ask(stateDir, 'echo', { said: 2 })).toEqual({ said: 2 })
})

test('a verb may take longer than the patience for a line', async () => {
  const stateDir = await emptyFolder()
  const slow: Verbs = { slow: () => new Promise((resolve) => setTimeout(() => resolve({ done: true }), 300)) }
  await control(stateDir, 50, slow)
  expect(await ask(stateDir, 'slow')).toEqual({ done: true })
})

test('a verb hears that nobody waits for it any more', async () => {
  const stateDir = await emptyFolder()
  let heard = false
  await control(stateDir, undefined, {
    wait: (_, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          heard = true
          resolve({})
        }),
      ),
  })
  const giveUp = new AbortController()
  const asked = askDaemon(stateDir, 'wait', { timeoutMs: 20_000, signal: giveUp.signal })
  setTimeout(() => giveUp.abort(new Error('no patience')), 50)
  await expect(asked).rejects.toThrow('no patience')
  await until(() => heard, 'the verb hears of it')
  expect(heard).toBe(true)
})

test('closing ends what waits, and those who ask get to know', async () => {
  const stateDir = await emptyFolder()
  const started = await control(stateDir)
  const asked = ask(stateDir, 'never')
  const { socket } = await byHand(stateDir)
  socket.write('{"verb":"never"}\n')
  await ask(stateDir, 'echo')
  const closed = started.close()
  await expect(asked).rejects.toMatchObject({
    code: 'FW_CONTROL_FAILED',
    message: expect.stringContaining('closed without an answer'),
  })
  await closed
})

test('many at once are served, and more than that are turned away, not kept', async () => {
  const stateDir = await emptyFolder()
  await control(stateDir)
  const all = await Promise.allSettled(Array.from({ length: 200 }, (_, said) => ask(stateDir, 'echo', { said })))
  const served = all.filter((one) => one.status === 'fulfilled').length
  expect(served).toBeGreaterThanOrEqual(32)
  for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'FW_CONTROL_FAILED' })
  expect(await ask(stateDir, 'echo', { said: 1 })).toEqual({ said: 1 })
})

test.each([
  ['says no JSON', 'hello\n', 'an answer that is no JSON'],
  ['says null', 'null\n', 'an answer to nothing'],
  ['answers somebody else', '{"id":"x","ok":true}\n', 'an answer to nothing'],
  ['knows codes of a later version', '{"ok":false,"code":"FW_NEW","message":"new"}\n', 'FW_NEW: new'],
  ['hangs up', undefined, 'closed without an answer'],
  ['says nothing', '', 'no answer to state within 200 ms'],
])('a daemon that %s is reported in one line', async (_, says, message) => {
  const stateDir = await emptyFolder()
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    if (says === undefined) socket.destroy()
    else socket.write(says)
  }).listen(join(stateDir, 'control.sock'))
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const asked = askDaemon(stateDir, 'state', { timeoutMs: 200 })
  await expect(asked).rejects.toMatchObject({ code: 'FW_CONTROL_FAILED', message: expect.stringContaining(message) })
})
