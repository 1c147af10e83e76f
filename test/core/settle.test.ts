import { expect, test } from 'vitest'
import { lumaHistogram, SETTLED, settle } from '../../src/core/settle.js'

const picture = (luma: (x: number) => number) => {
  const width = 64
  const height = 64
  const pixels = new Uint8Array((width * height * 3) / 2)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels[y * width + x] = luma(x)
  return lumaHistogram({ pixels, width, height })
}
const street = picture((x) => 60 + x)
const night = picture((x) => 10 + (x >> 3))

test('a histogram sums to one', () => {
  expect(street.reduce((a, b) => a + b)).toBeCloseTo(1)
})

test('a steady picture is settled from the first frame', () => {
  const [state, settling] = settle(SETTLED, street, 0)
  expect(settling).toBe(false)
  expect(settle(state, street, 66)[1]).toBe(false)
})

test('a cut settles for two seconds', () => {
  const [first] = settle(SETTLED, street, 0)
  const [cut, settling] = settle(first, night, 100)
  expect(settling).toBe(true)
  expect(settle(cut, night, 2_000)[1]).toBe(true)
  expect(settle(cut, night, 2_100)[1]).toBe(false)
})

test('a picture that jumps all the time can not blind the guard', () => {
  let [state] = settle(SETTLED, street, 0)
  let settling = false
  let open = 0
  for (let t = 1_000; t <= 60_000; t += 1_000) {
    ;[state, settling] = settle(state, t % 2_000 ? night : street, t)
    if (!settling) open++
  }
  expect(open).toBeGreaterThan(50)
})
