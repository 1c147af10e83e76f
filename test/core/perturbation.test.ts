import { expect, test } from 'vitest'
import { perturbation, randomSigns, tiled } from '../../src/core/perturbation.js'

test('values scale to the L-inf as the makers of the pattern say: 128 nothing, 1 and 255 all', () => {
  const pixels = new Uint8Array([100, 100, 100, 100, 7, 7])
  perturbation({ values: Uint8Array.of(128, 1, 255, 191), width: 2, height: 2 }, 8).addTo(pixels)
  expect([...pixels]).toEqual([100, 92, 108, 103, 7, 7])
})

test('no sample is pushed out of the limited range, and one outside it is not pulled in', () => {
  const pixels = new Uint8Array([18, 232, 250, 3, 128, 128])
  perturbation({ values: Uint8Array.of(1, 255, 255, 1), width: 2, height: 2 }, 8).addTo(pixels)
  expect([...pixels]).toEqual([16, 235, 250, 3, 128, 128])
})

test('a pattern is laid side by side until it covers a frame of another size', () => {
  const pattern = { values: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2 }
  expect([...tiled(pattern, 4, 3).values]).toEqual([1, 2, 3, 1, 4, 5, 6, 4, 1, 2, 3, 1])
  expect([...tiled(pattern, 2, 1).values]).toEqual([1, 2])
})

test('random signs are all of the level, as often up as down, and others for another seed', () => {
  const signs = randomSigns(64, 64, 7).values
  expect(new Set(signs)).toEqual(new Set([1, 255]))
  const up = signs.filter((v) => v === 255).length / signs.length
  expect(up).toBeGreaterThan(0.45)
  expect(up).toBeLessThan(0.55)
  expect(randomSigns(64, 64, 7).values).toEqual(signs)
  const other = randomSigns(64, 64, 8).values
  const same = signs.filter((v, i) => v === other[i]).length / signs.length
  expect(same).toBeGreaterThan(0.4)
  expect(same).toBeLessThan(0.6)
})
