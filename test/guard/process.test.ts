/** The guard as the daemon sees it: a process, and the messages that it sends. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { FromGuard, ToGuard } from '../../src/core/guard-protocol.js'
import { bundled, camera, drawClip, temporaryFolder } from '../camera/partners.js'
import { BUNDLES, MODELS } from '../inference/pictures.js'

const PROGRAM = fileURLToPath(new URL('../../dist/guard/process.js', import.meta.url))

test('a guard whose networks fail frame after frame says so, calls no frame clean, and ends', async () => {
  const folder = await temporaryFolder()
  onTestFinished(() => folder.remove())
  const clip = join(folder.path, 'clip.mp4')
  await drawClip(clip, 10, '128x64')
  const guard = fork(PROGRAM, [], { detached: true })
  onTestFinished(() => void guard.kill('SIGKILL'))
  const messages: FromGuard[] = []
  guard.on('message', (message: FromGuard) => messages.push(message))
  const start: ToGuard = {
    type: 'start',
    models: { ...MODELS, bundle: `${BUNDLES}/tiny-fails` },
    ffmpegPath: bundled.path,
    stateDir: folder.path,
    evidence: { maxBytes: 1e9, maxAgeMs: 1e9 },
    assignments: [{ camera: camera({ url: clip, frame: { width: 128, rate: 15 } }) }],
  }
  guard.send(start)
  const [, signal] = await once(guard, 'exit')
  expect(signal).toBe('SIGKILL')
  expect(messages).toContainEqual(expect.objectContaining({ type: 'failed', code: 'FW_INFERENCE_FAILED' }))
  const beats = messages.flatMap((message) => (message.type === 'beat' ? message.cameras : []))
  expect(beats.length).toBeGreaterThan(0)
  for (const { frames, unscored, scored } of beats) expect([unscored, scored]).toEqual([frames, false])
})
