import { expect, test } from 'vitest'
import { correlation, kindOf, removal } from '../../src/core/kind.js'

const width = 128
const height = 96
const grey = new Uint8Array(width * height).fill(128)
const noisy = (seed: number) => {
  let s = seed
  return grey.map((v) => {
    s = (s * 1664525 + 1013904223) >>> 0
    return v + (s >>> 31 ? 8 : -8)
  })
}

test('the same pattern correlates, two draws of noise do not', () => {
  const a = removal(noisy(1), grey, width, height)
  expect(correlation(a, removal(noisy(1), grey, width, height))).toBeCloseTo(1)
  expect(Math.abs(correlation(a, removal(noisy(2), grey, width, height)))).toBeLessThan(0.1)
})

test('nothing removed correlates with nothing', () => {
  const none = removal(grey, grey, width, height)
  expect(correlation(none, none)).toBe(0)
})

test('differences beyond a byte are clipped, not wrapped', () => {
  const samples = removal(new Uint8Array(64).fill(255), new Uint8Array(64), 8, 8)
  expect(samples[0]).toBe(127)
})

test.each([
  [[0.4, 0.4, 0.2, 0.2] as const, 0.9, 'patch'],
  [[0, 0, 1, 1] as const, 0.9, 'pattern'],
  [undefined, 0.05, 'noise'],
  [undefined, undefined, 'unknown'],
])('box %j and sameness %s is a %s', (box, sameness, kind) => {
  expect(kindOf(box, sameness)).toBe(kind)
})
