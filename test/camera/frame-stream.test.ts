/** A camera's frames from its pictures: damage and stillness over time, with a clock of the test's. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { frameStream } from '../../src/camera/frame-stream.js'
import { camera } from '../fixtures/camera-settings.js'
import { recorder } from './hooks-recorder.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** One camera of 64x64; `picture` after `ms`, each unlike the one before unless `still`. */
function stream() {
  const hooks = recorder()
  const timeouts = { connectMs: 1000, firstFrameMs: 1000, stallMs: 5000, frozenMs: 30_000 }
  const session = frameStream(camera({ url: 'rtsp://gate/', frame: { width: 64, rate: 15 }, timeouts }), hooks)
  let shade = 0
  return {
    hooks,
    session,
    picture(ms: number, still = false) {
      vi.advanceTimersByTime(ms)
      if (!still) shade = (shade + 40) % 200
      const pixels = new Uint8Array(64 * 64 * 1.5).fill(shade)
      session.onPicture({ pixels, line: { ptsUs: Date.now() * 1000, height: 64, shape: 'a' } })
    },
  }
}

test('frames are marked for two seconds after a message of damage, and numbered throughout', () => {
  const { hooks, session, picture } = stream()
  picture(0)
  session.onCorruption('[h264 @ 0x1] [error] error while decoding MB 3 4')
  for (const ms of [0, 1000, 999, 1, 1000]) picture(ms)
  expect(hooks.frames.map((f) => f.damaged)).toEqual([false, true, true, true, false, false])
  expect(hooks.frames.map((f) => f.seq)).toEqual([0, 1, 2, 3, 4, 5])
  expect(hooks.diagnostics.map((d) => [d.code, d.text])).toEqual([
    ['FW_CAMERA_CORRUPT', '[h264] error while decoding MB 3 4'],
  ])
})

test('a picture that stands still is frozen once, and guarding when it moves', () => {
  const { hooks, picture } = stream()
  picture(0)
  for (let i = 0; i < 40; i++) picture(1000, true)
  picture(1000)
  expect(hooks.states).toEqual(['guarding', 'frozen', 'guarding'])
  expect(hooks.diagnostics.map((d) => d.code)).toEqual(['FW_CAMERA_FROZEN'])
})

test('a stall is a state with its cause', () => {
  const { hooks, session } = stream()
  session.onStall?.()
  expect(hooks.causes).toMatchObject([{ code: 'FW_CAMERA_STALLED', text: 'no picture for 5000 ms (timeouts.stall)' }])
})
