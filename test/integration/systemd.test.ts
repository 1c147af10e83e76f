/** A service as systemd sees it: every message can be assigned to its unit, and what is said is so. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { emptyFolder, until } from '../fixtures/alerts.js'
import { freePort, pushCamera, startDaemon } from '../fixtures/daemon.js'
import { board } from '../status/board.js'

const fixture = (name: string) => resolve(import.meta.dirname, '../fixtures', name)
/** nobody, where this is root and the checkout is not for root alone. */
const UNPRIVILEGED = unprivileged({ uid: 65_534, gid: 65_534 })

interface Notification {
  readonly pid: number
  readonly group: string | null
  readonly text: string
}

function unprivileged(user: { uid: number; gid: number }) {
  const reads = spawnSync(process.execPath, ['--check', fixture('notify-sender.mjs')], user)
  return reads.status === 0 ? user : {}
}

/** A receiver at `path`; all that it was sent. */
async function receiver(path: string, ...args: string[]) {
  const python = spawn('python3', [fixture('notify_receiver.py'), path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void python.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: python.stdout }).on('line', (line) => lines.push(line))
  await until(() => lines.length > 0, 'the receiver listens')
  return () => lines.slice(1).map((line) => JSON.parse(line) as Notification)
}

/** Sends as a user without rights where it can: root may send in another process's name, and would prove nothing. */
function sender(socket: string, watchdogUsec: number): ChildProcess {
  const env = { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: String(watchdogUsec) }
  const child = spawn(process.execPath, [fixture('notify-sender.mjs'), JSON.stringify(board())], {
    ...UNPRIVILEGED,
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

test.each([
  ['a path', async () => join(await emptyFolder(), 'notify')],
  ['an abstract name', async () => `@framewarden-test-${process.pid}`],
])('of 120 messages to %s none has a sender that cannot be looked up 10 ms later', async (_, address) => {
  const socket = await address()
  if (socket.startsWith('/')) await chmod(join(socket, '..'), 0o755)
  const received = await receiver(socket)
  const child = sender(socket, 60_000)
  await until(() => child.exitCode !== null || received().length >= 120, '120 messages', 30_000)
  child.stdin!.end()
  await until(() => received().at(-1)?.text.startsWith('STOPPING=1'), 'the last one')
  expect(received().filter(({ group }) => group === null)).toEqual([])
  expect(new Set(received().map(({ pid }) => pid))).toEqual(new Set([child.pid]))
})

test('a receiver that does not read holds nobody up', async () => {
  const socket = join(await emptyFolder(), 'notify')
  await chmod(join(socket, '..'), 0o755)
  await receiver(socket, 'deaf')
  const child = sender(socket, 3_000)
  // a queue takes ten or some hundreds; a sender that waits for room would never come to its end
  await new Promise((done) => setTimeout(done, 2_000))
  expect(child.exitCode).toBeNull()
  child.stdin!.end()
  expect(await once(child, 'exit')).toEqual([0, null])
})

async function service(camera: string, extra: readonly string[] = []) {
  const socket = join(await emptyFolder(), 'notify')
  const received = await receiver(socket)
  const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000' }
  const daemon = await startDaemon({ cameras: [camera], env, extra })
  const lines = () => received().flatMap(({ text }) => text.split('\n'))
  return { daemon, lines, status: () => lines().findLast((line) => line.startsWith('STATUS=')) ?? '' }
}

test('a unit that guards says so, and says that it stops', async () => {
  const port = await freePort()
  const { daemon, lines, status } = await service(`{ id: gate, url: "rtsp://127.0.0.1:${port}/cam", listen: true }`)
  pushCamera(port)
  await expect.poll(status, { timeout: 30_000 }).toBe('STATUS=guarding 1 camera')
  expect(lines().filter((line) => line === 'READY=1')).toHaveLength(1)
  expect(await daemon.stop()).toBe(0)
  await until(() => lines().includes('STOPPING=1'), 'stopping')
})

test('a camera that is away does not keep the unit from being ready, and is named', async () => {
  const { lines, status } = await service(`{ id: gate, url: "rtsp://127.0.0.1:${await freePort()}/cam" }`)
  await until(() => lines().includes('READY=1'), 'ready', 30_000)
  await expect.poll(status, { timeout: 30_000 }).toMatch(/guarding none of 1 camera; 'gate' not reachable for \d+ s/)
})

test('a unit without an ffmpeg is not ready, says why, and feeds its watchdog', async () => {
  const { lines, status } = await service('{ id: gate, url: "rtsp://127.0.0.1:9/cam" }', ['ffmpeg: /nonexistent'])
  await expect.poll(status, { timeout: 30_000 }).toMatch(/guard-0 cannot run: FW_FFMPEG_MISSING/)
  const fed = lines().filter((line) => line === 'WATCHDOG=1').length
  await until(() => lines().filter((line) => line === 'WATCHDOG=1').length > fed + 2, 'fed', 30_000)
  expect(lines()).not.toContain('READY=1')
})
