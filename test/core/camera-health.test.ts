import { expect, test } from 'vitest'
import {
  type CameraHealth,
  type CameraSign,
  followHealth,
  guardLost,
  type ShownHealth,
  startHealth,
} from '../../src/core/camera-health.js'
import type { CameraState } from '../../src/core/camera-state.js'
import { diagnostic } from '../../src/core/diagnostic.js'
import type { FwCode } from '../../src/core/errors.js'

const BEAT_MS = 500

/** A camera that is looked at each 500 ms, from 0 on; keeps what ops were shown, changes alone. */
function watched() {
  let health: CameraHealth = startHealth(0)
  let atMs = 0
  const shown: (ShownHealth & { atMs: number })[] = []
  const take = (next: CameraHealth) => {
    health = next
    const last = shown.at(-1)
    const { state, cause } = next.shown
    if (state !== last?.state || cause?.code !== last.cause?.code) shown.push({ ...next.shown, atMs })
  }
  const camera = {
    shown,
    now: () => health.shown,
    atMs: () => atMs,
    states: () => shown.map(({ state, cause }) => (cause ? `${state} ${cause.code}` : state)),
    is(ms: number, state: CameraState, code?: FwCode, scored = state === 'guarding') {
      const cause = code && diagnostic(code, 'gate', 'because')
      const sign: CameraSign = { id: 'gate', state, cause, scored }
      for (const endMs = atMs + ms; atMs < endMs; atMs += BEAT_MS) take(followHealth(health, sign, atMs))
      return camera
    },
    loses(code: FwCode = 'FW_GUARD_LOST') {
      take(guardLost(health, diagnostic(code, 'guard-0', 'because'), atMs))
      return camera
    },
  }
  take(health)
  return camera
}

/** One attempt of the supervisor at a camera that refuses. */
function attempt(camera: ReturnType<typeof watched>, code: FwCode = 'FW_CAMERA_REFUSED') {
  return camera.is(500, 'connecting').is(10_000, 'backoff', code)
}

test('frames that come are not guarded until one was judged, then at once', () => {
  const camera = watched().is(1_000, 'guarding', undefined, false)
  expect(camera.states()).toEqual(['connecting'])
  camera.is(500, 'guarding')
  expect(camera.states()).toEqual(['connecting', 'guarding'])
})

test('a dead camera is reported once: since when and why stay through every attempt', () => {
  const camera = watched().is(20_000, 'guarding')
  const lastJudgedMs = camera.atMs() - BEAT_MS
  camera.is(5_000, 'stalled', 'FW_CAMERA_STALLED')
  for (let i = 0; i < 60; i++) attempt(camera)
  expect(camera.states()).toEqual([
    'connecting',
    'guarding',
    'stalled FW_CAMERA_STALLED',
    'backoff FW_CAMERA_REFUSED', // the cause after a minute
  ])
  expect(camera.now()).toMatchObject({ sinceMs: lastJudgedMs, cause: { code: 'FW_CAMERA_REFUSED' } })
})

test('a camera that was never there names its cause at the first failure, down since it was added', () => {
  const camera = watched()
  for (let i = 0; i < 10; i++) attempt(camera)
  expect(camera.states()).toEqual(['connecting', 'backoff FW_CAMERA_REFUSED'])
  expect(camera.now().sinceMs).toBe(0)
})

test('causes that alternate are one cause', () => {
  const camera = watched()
  for (let i = 0; i < 30; i++) attempt(camera, i % 2 ? 'FW_CAMERA_TIMEOUT' : 'FW_CAMERA_UNREACHABLE')
  expect(camera.states()).toEqual(['connecting', 'backoff FW_CAMERA_UNREACHABLE'])
})

test('a break of under two seconds is not reported', () => {
  const camera = watched().is(20_000, 'guarding').is(1_500, 'connecting').is(20_000, 'guarding')
  expect(camera.states()).toEqual(['connecting', 'guarding'])
})

test('a camera that is back counts after two seconds, from when it was back', () => {
  const camera = watched().is(20_000, 'guarding')
  attempt(camera)
  const backMs = camera.atMs()
  camera.is(2_000, 'guarding')
  expect(camera.now().state).toBe('backoff')
  camera.is(500, 'guarding')
  expect(camera.now()).toEqual({ state: 'guarding', sinceMs: backMs })
})

test('one that brings a frame now and then stays down', () => {
  const camera = watched()
  for (let i = 0; i < 30; i++) attempt(camera.is(1_500, 'guarding'), 'FW_CAMERA_ENDED')
  expect(camera.states()).toEqual(['connecting', 'guarding', 'backoff FW_CAMERA_ENDED'])
})

test('flapping is held back after three short stretches, and forgotten after a steady one', () => {
  const camera = watched()
  for (let i = 0; i < 30; i++) attempt(camera.is(4_000, 'guarding'), 'FW_CAMERA_ENDED')
  expect(camera.states().filter((state) => state === 'guarding').length).toBe(3)
  camera.is(60_000, 'guarding')
  expect(camera.now().state).toBe('guarding')
  attempt(camera)
  camera.is(2_500, 'guarding')
  expect(camera.now().state).toBe('guarding')
})

test('20 outages of a camera that is well between them are 20 outages', () => {
  const camera = watched()
  for (let i = 0; i < 20; i++) attempt(camera.is(20_000, 'guarding'))
  expect(camera.states().filter((state) => state === 'guarding').length).toBe(20)
})

test('frames that are all unscored do not count as guarded', () => {
  const camera = watched().is(20_000, 'guarding')
  camera.is(5_000, 'guarding', undefined, false)
  expect(camera.states()).toEqual(['connecting', 'guarding', 'stalled FW_INFERENCE_FAILED'])
  expect(camera.now().sinceMs).toBe(19_500)
})

test('a lost guard is reported at once, and what is wrong with the camera after it', () => {
  const camera = watched().is(20_000, 'guarding').loses()
  expect(camera.now()).toMatchObject({ state: 'backoff', cause: { code: 'FW_GUARD_LOST' }, sinceMs: 19_500 })
  attempt(camera.is(1_000, 'connecting'))
  expect(camera.now()).toMatchObject({ cause: { code: 'FW_CAMERA_REFUSED' }, sinceMs: 19_500 })
})

test('a guard that can not start says why, once', () => {
  const camera = watched()
  for (let i = 0; i < 10; i++) camera.loses('FW_FFMPEG_MISSING').is(1_000, 'connecting')
  expect(camera.states()).toEqual(['connecting', 'backoff FW_FFMPEG_MISSING'])
})

test('a guard that crashes again and again is reported once', () => {
  const camera = watched().is(20_000, 'guarding')
  for (let i = 0; i < 10; i++) camera.loses().is(1_000, 'connecting').is(1_500, 'guarding')
  expect(camera.states()).toEqual(['connecting', 'guarding', 'backoff FW_GUARD_LOST'])
})
