/** The guard as the daemon sees it: a process, and the messages that it sends. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { FromGuard, ToGuard } from '../../src/core/guard-protocol.js'
import { programPath } from '../../src/core/program-path.js'
import type { CameraSettings, ModelSettings } from '../../src/core/settings.js'
import { bundled, camera, drawClip, fixture, freePort, publishUntil, temporaryFolder } from '../camera/partners.js'
import { until } from '../fixtures/alerts.js'
import { hasEnded, WORKER_PYTHON, workersOf } from '../fixtures/worker-python.js'
import { BUNDLES, MODELS } from '../inference/pictures.js'

const PROGRAM = programPath('../../src/guard/process.js', import.meta.url)

interface Start {
  readonly models?: Partial<ModelSettings>
  /** Name under test/fixtures/bundles, or a path. */
  readonly bundle: string
  readonly ffmpegPath?: string
  readonly camera?: CameraSettings
  readonly folder: string
}

/** A guard process of one camera, or none; `messages` grows. */
function startGuardProcess(over: Start) {
  const guard = fork(PROGRAM, [], { detached: true })
  onTestFinished(() => void guard.kill('SIGKILL'))
  const messages: FromGuard[] = []
  guard.on('message', (message: FromGuard) => messages.push(message))
  const start: ToGuard = {
    type: 'start',
    models: { ...MODELS, bundle: resolve(BUNDLES, over.bundle), ...over.models },
    guards: 1,
    ffmpegPath: over.ffmpegPath,
    stateDir: over.folder,
    evidence: { maxBytes: 1e9, maxAgeMs: 1e9 },
    assignments: over.camera ? [{ camera: over.camera }] : [],
  }
  guard.send(start)
  return { guard, messages, exited: once(guard, 'exit') }
}

async function folder(): Promise<string> {
  const { path, remove } = await temporaryFolder()
  onTestFinished(remove)
  return path
}

test('a guard whose networks fail frame after frame says so, calls no frame clean, and ends', async () => {
  const dir = await folder()
  const clip = join(dir, 'clip.mp4')
  await drawClip(clip, 10, '128x64')
  const { messages, exited } = startGuardProcess({
    bundle: 'tiny-fails',
    ffmpegPath: bundled.path,
    camera: camera({ url: clip, frame: { width: 128, rate: 15 } }),
    folder: dir,
  })
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
  expect(messages).toContainEqual(expect.objectContaining({ type: 'failed', code: 'FW_INFERENCE_FAILED' }))
  const beats = messages.flatMap((message) => (message.type === 'beat' ? message.cameras : []))
  expect(beats.length).toBeGreaterThan(0)
  for (const { frames, unscored, scored } of beats) expect([unscored, scored]).toEqual([frames, false])
})

test('500 messages of damage are a diagnostic a second to the daemon, and none is lost', async () => {
  const dir = await folder()
  const { guard, messages } = startGuardProcess({
    bundle: 'tiny',
    ffmpegPath: fixture('ffmpeg-complains.mjs').path,
    camera: camera({ url: `${dir}/none.mp4`, frame: { width: 320, rate: 15 } }),
    folder: dir,
  })
  const corrupt = () =>
    messages.flatMap((m) =>
      m.type === 'diagnostic' && m.diagnostic.code === 'FW_CAMERA_CORRUPT' ? [m.diagnostic] : [],
    )
  const counted = () => corrupt().reduce((sum, { count }) => sum + count, 0)
  await until(() => counted() === 500, 'all are counted', 30_000)
  expect(corrupt()[0]).toMatchObject({ subject: 'gate', count: 1 })
  expect(corrupt().length).toBeLessThan(20)
  guard.send({ type: 'stop' } satisfies ToGuard)
  await once(guard, 'exit')
})

test('a guard that is stopped while it starts ends at once, without opening its networks first', async () => {
  const bundle = resolve(import.meta.dirname, '../../models/camera')
  const { guard, messages, exited } = startGuardProcess({ bundle, folder: await folder() })
  guard.send({ type: 'stop' } satisfies ToGuard)
  await exited
  expect(messages.map(({ type }) => type)).not.toContain('ready')
})

test.skipIf(WORKER_PYTHON === undefined)(
  'a Python worker that is killed is replaced, the camera goes on; one whose guard is killed ends, too (.cache/worker)',
  async () => {
    const dir = await folder()
    const url = `rtsp://127.0.0.1:${await freePort()}/cam`
    const clip = join(dir, 'clip.mp4')
    await drawClip(clip, 2, '64x64')
    const { guard, messages } = startGuardProcess({
      bundle: 'tiny',
      models: { runtime: 'python', python: WORKER_PYTHON },
      ffmpegPath: bundled.path,
      camera: camera({ url, listen: true, frame: { width: 64, rate: 15 } }),
      folder: dir,
    })
    const over = new AbortController()
    onTestFinished(() => over.abort())
    void publishUntil(clip, url, over.signal)
    const last = () => messages.findLast((message) => message.type === 'beat')?.cameras[0]
    await until(() => (last()?.frames ?? 0) > 5, 'frames are judged', 60_000)

    const [first] = workersOf(guard.pid!)
    process.kill(first!, 'SIGKILL')
    await until(() => last()!.unscored > 0, 'frames are unscored', 20_000)
    const { frames, unscored } = last()!
    await until(
      () => last()!.scored && last()!.frames - last()!.unscored > frames - unscored + 5,
      'judged again',
      60_000,
    )
    const [second] = workersOf(guard.pid!)
    expect(second).not.toBe(first)
    const codes = messages.flatMap((message) => (message.type === 'diagnostic' ? [message.diagnostic.code] : []))
    expect(codes).toContain('FW_WORKER_LOST')
    expect(codes).not.toContain('FW_INFERENCE_FAILED')
    expect(last()!.state).toBe('guarding')

    guard.kill('SIGKILL')
    await until(() => hasEnded(second!), 'the worker has ended', 30_000)
  },
)
