import { expect, test } from 'vitest'
import type { Look } from '../../src/core/watch.js'
import { judgeOptions } from '../../src/guard/judge-options.js'
import { camera } from '../fixtures/camera-settings.js'

const look: Look = { verify: true, always: false, purify: false, suspicious: -0.4, flagged: 0.2 }
const quiet = { look, read: false }
const settings = camera({ url: 'rtsp://127.0.0.1/cam' })

test('auto is the engine’s mode, and what is suspicious or flagged is the camera’s own', () => {
  expect(judgeOptions(settings, 'full', quiet)).toEqual({
    mode: 'full',
    threshold: 0.2,
    suspicious: -0.4,
    always: false,
    purify: false,
    maxPasses: 3,
  })
  const own = { ...settings, detection: { ...settings.detection, mode: 'cascade' } } as const
  expect(judgeOptions(own, 'full', quiet)).toMatchObject({ mode: 'cascade' })
})

test('more than one pass is run where somebody looks at the result, and only then', () => {
  expect(judgeOptions(settings, 'cascade', { ...quiet, read: true }).purify).toBe(true)
  expect(judgeOptions(settings, 'cascade', { ...quiet, look: { ...look, purify: true } }).purify).toBe(true)
  const off = { ...settings, purify: { enabled: false, maxPasses: 3 } }
  expect(judgeOptions(off, 'cascade', { look: { ...look, purify: true }, read: true }).purify).toBe(false)
})

test('between observations the screen looks alone, unless somebody reads the cleaned stream', () => {
  const between = { ...look, verify: false, always: true }
  expect(judgeOptions(settings, 'cascade', { look: between, read: false })).toMatchObject({
    mode: 'screen',
    always: false,
  })
  expect(judgeOptions(settings, 'cascade', { look: between, read: true })).toMatchObject({
    mode: 'cascade',
    always: false,
  })
})
