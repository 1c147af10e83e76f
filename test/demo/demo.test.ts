/** `framewarden demo` as a user starts it; that it passes is what `npm run demo` itself says. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startDaemonChild } from '../../src/demo/daemon-child.js'
import { bundled, drawClip } from '../camera/partners.js'
import { rtspServer } from '../camera/rtsp-server.js'
import { emptyFolder, until } from '../fixtures/alerts.js'
import { BIN, childrenOf, isAlive } from '../fixtures/daemon.js'

interface Demo {
  readonly process: ChildProcess
  text(): string
  /** Exit code; all that descended from it must be gone then. */
  end(): Promise<number | null>
}

function start(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Demo {
  const child = spawn(process.execPath, [BIN, 'demo', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FRAMEWARDEN_FFMPEG: bundled.path, ...env },
  })
  onTestFinished(() => void child.kill('SIGTERM'))
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
  const exited = once(child, 'close')
  return {
    process: child,
    text: () => text,
    async end() {
      const [code] = (await exited) as [number | null]
      return code
    },
  }
}

test('Ctrl-C in the middle stops all: no verdict, no child left', async () => {
  const out = join(await emptyFolder(), 'out')
  const demo = start(['--out', out])
  await until(() => demo.text().includes('the street as it is, 10 s'), 'the first phase', 50_000)
  const children = (await childrenOf(demo.process.pid!)).map(({ pid }) => pid)
  // daemon, guard, its ffmpeg; camera, its ffmpeg
  expect(children.length).toBeGreaterThanOrEqual(5)
  demo.process.kill('SIGINT')
  expect(await demo.end()).toBe(1)
  expect(children.filter(isAlive)).toEqual([])
  expect(demo.text()).toContain('FW_DEMO_FAILED: interrupted before the verdict')
  expect(existsSync(join(out, 'config.yaml'))).toBe(true)
})

test('a real camera is guarded until Ctrl-C; its password is nowhere', async () => {
  const folder = await emptyFolder()
  const clip = join(folder, 'clip.mp4')
  await drawClip(clip, 20)
  const login = { username: 'viewer', password: 'xyzzy-4711' }
  const server = await rtspServer({ clip, folder, login })
  onTestFinished(() => server.close())
  const out = join(folder, 'out')
  const argv = ['--camera', `rtsp://127.0.0.1:${server.port}/cam`, '--username', login.username, '--out', out]
  const demo = start(argv, { FRAMEWARDEN_PASSWORD: login.password })
  await until(() => demo.text().includes('guarding, judged'), 'the camera is guarded', 30_000)
  const children = await childrenOf(demo.process.pid!)
  demo.process.kill('SIGINT')
  expect(await demo.end()).toBe(0)
  expect(children.map(({ pid }) => pid).filter(isAlive)).toEqual([])
  const config = await readFile(join(out, 'config.yaml'), 'utf8')
  expect(config).toContain('password: { env: FRAMEWARDEN_PASSWORD }')
  const seen = [config, await readFile(join(out, 'daemon.log'), 'utf8'), demo.text(), JSON.stringify(children)]
  for (const text of seen) expect(text).not.toContain(login.password)
})

test('a daemon that dies early is reported with the end of its log', async () => {
  const out = join(await emptyFolder(), 'out')
  const demo = start(['--camera', 'rtsp://127.0.0.1:1/cam', '--out', out])
  await until(() => demo.text().includes('FW_CAMERA_REFUSED'), 'the daemon tells of its camera', 30_000)
  const daemon = (await childrenOf(demo.process.pid!)).find(({ argv }) => argv.includes('run'))
  process.kill(daemon!.pid, 'SIGKILL')
  expect(await demo.end()).toBe(1)
  expect(demo.text()).toContain(`the end of ${join(out, 'daemon.log')}`)
  expect(demo.text()).toContain('guards 1 camera as unit')
  expect(demo.text()).toContain('FW_DEMO_FAILED: the daemon ended by itself, signal SIGKILL')
})

test('the daemon as a child says how it ended and why', async () => {
  const folder = await emptyFolder()
  const config = join(folder, 'config.yaml')
  await writeFile(config, 'unit: a\nnonsense: 1\n')
  const daemon = startDaemonChild(config, join(folder, 'daemon.log'))
  expect(await daemon.ended).toBe('exit code 2')
  expect(daemon.tail().join('\n')).toContain('FW_CONFIG')
  await daemon.stop()
})

test.each([
  [['--seconds', '1'], "--seconds '1', takes 5 to 600"],
  [['--seconds', 'ten'], "--seconds 'ten', takes 5 to 600"],
  [['--username', 'viewer'], '--username belongs to --camera'],
  [['--camera', 'rtsp://10.0.0.1/a', '--seconds', '10'], '--seconds is for the street camera'],
  [['--camera', 'http://10.0.0.1/a'], '--camera: takes rtsp://'],
  [['twice'], "demo takes no 'twice'"],
])('%j is a mistake of the caller', async (argv, text) => {
  const out = join(await emptyFolder(), 'out')
  const demo = start([...argv, '--out', out])
  expect(await demo.end()).toBe(2)
  expect(demo.text()).toContain(text)
  expect(existsSync(out)).toBe(false)
})

test('a password in the address is neither repeated nor written', async () => {
  const out = join(await emptyFolder(), 'out')
  const demo = start(['--camera', 'rtsp://viewer:xyzzy-4711@10.0.0.1/a', '--out', out])
  expect(await demo.end()).toBe(2)
  expect(demo.text()).toContain('holds credentials')
  expect(demo.text()).not.toContain('xyzzy')
  expect(existsSync(out)).toBe(false)
})

test('a folder of somebody else is left alone', async () => {
  const out = join(await emptyFolder(), 'out')
  await mkdir(out)
  await writeFile(join(out, 'config.yaml'), 'mine')
  const demo = start(['--out', out])
  expect(await demo.end()).toBe(2)
  expect(await readFile(join(out, 'config.yaml'), 'utf8')).toBe('mine')
})
