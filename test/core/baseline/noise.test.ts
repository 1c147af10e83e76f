import { expect, test } from 'vitest'
import { lumaNoise } from '../../../src/core/baseline/noise.js'
import { seededChance } from '../../../src/core/chance.js'
import { normals } from '../../fixtures/random.js'

const [width, height] = [320, 176]

function picture(luma: (x: number, y: number) => number) {
  const pixels = new Uint8Array((width * height * 3) / 2).fill(128)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels[y * width + x] = luma(x, y)
  return { pixels, width, height }
}

test.each([2, 6, 20])('finds the deviation of white noise: %s', (sigma) => {
  const normal = normals(sigma)
  const noise = Math.exp(lumaNoise(picture(() => Math.max(0, Math.min(255, 120 + sigma * normal())))))
  expect(noise).toBeGreaterThan(sigma * 0.85)
  expect(noise).toBeLessThan(sigma * 1.1)
})

test('a flat picture, a slope and an edge have none', () => {
  for (const luma of [() => 90, (x: number) => x / 2, (x: number) => (x < 150 ? 20 : 220)]) {
    expect(lumaNoise(picture(luma))).toBeLessThan(Math.log(0.7))
  }
})

test('texture in less than three quarters of the picture is not taken for it', () => {
  const random = seededChance(4)
  const busy = picture((x) => (x < width * 0.6 ? 255 * random() : 100))
  expect(lumaNoise(busy)).toBeLessThan(Math.log(0.7))
})
