import { expect, test } from 'vitest'
import { createLatencyWindow } from '../../src/guard/latency.js'

test('an empty window has no quantiles', () => {
  expect(createLatencyWindow().read(1_000)).toEqual({ fps: 0 })
})

test('rate and quantiles are of the last minute', () => {
  const window = createLatencyWindow()
  for (let t = 0; t < 120_000; t += 100) window.add(t, t < 60_000 ? 900 : t % 1_000 === 0 ? 50 : 10)
  const read = window.read(120_000)
  expect(read.fps).toBeCloseTo(10, 0)
  expect(read.p50).toBe(10)
  expect(read.p99).toBe(50)
})
