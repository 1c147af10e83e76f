import { expect, test } from 'vitest'
import { judgeOptions } from '../../src/guard/judge-options.js'
import { camera } from '../fixtures/camera-settings.js'

const quiet = { look: { verify: true, purify: false }, read: false }

test('auto is the engine’s mode and the bundle’s threshold', () => {
  const settings = camera({ url: 'rtsp://127.0.0.1/cam' })
  expect(judgeOptions(settings, 'full', quiet)).toEqual({
    mode: 'full',
    threshold: undefined,
    purify: false,
    maxPasses: 3,
  })
  const own = { ...settings, detection: { ...settings.detection, mode: 'cascade', threshold: 1.5 } } as const
  expect(judgeOptions(own, 'full', quiet)).toMatchObject({ mode: 'cascade', threshold: 1.5 })
})

test('more than one pass is run where somebody looks at the result, and only then', () => {
  const settings = camera({ url: 'rtsp://127.0.0.1/cam' })
  expect(judgeOptions(settings, 'cascade', { ...quiet, read: true }).purify).toBe(true)
  expect(judgeOptions(settings, 'cascade', { ...quiet, look: { verify: true, purify: true } }).purify).toBe(true)
  const off = { ...settings, purify: { enabled: false, maxPasses: 3 } }
  expect(judgeOptions(off, 'cascade', { look: { verify: true, purify: true }, read: true }).purify).toBe(false)
})

test('the chain runs where the decision looks or somebody reads, else the screen alone', () => {
  const settings = camera({ url: 'rtsp://127.0.0.1/cam' })
  const between = { look: { verify: false, purify: false }, read: false }
  for (const mode of ['cascade', 'full'] as const) {
    expect(judgeOptions(settings, mode, between).mode).toBe('screen')
    expect(judgeOptions(settings, mode, quiet).mode).toBe(mode)
    expect(judgeOptions(settings, mode, { ...between, read: true }).mode).toBe(mode)
  }
})
