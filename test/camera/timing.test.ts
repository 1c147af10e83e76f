/** Decisions over time, with the clock as an argument. */
import { expect, test } from 'vitest'
import { arrivalMs } from '../../src/camera/capture-time.js'
import { frozenWatch } from '../../src/camera/frozen.js'

test('a stamp that cannot be an arrival is replaced by the time of reading', () => {
  expect(arrivalMs(1_795_370_896_000_000, 1_795_370_896_070)).toBe(1_795_370_896_000)
  expect(arrivalMs(0, 1_795_370_896_070)).toBe(1_795_370_896_070)
  expect(arrivalMs(Number.NaN, 5)).toBe(5)
  expect(arrivalMs(9e15, 1_795_370_896_070)).toBe(1_795_370_896_070)
})

function noisy(seed: number): Uint8Array {
  let s = seed * 2654435761
  return Uint8Array.from({ length: 64 * 64 * 1.5 }, () => {
    s = (s * 1103515245 + 12345) & 0x7fffffff
    return 100 + ((s >> 16) % 9)
  })
}

test('a picture that stands still is frozen after frozenMs, and no longer when it moves', () => {
  const watch = frozenWatch(5000)
  const still = noisy(1)
  const seen = [0, 1000, 2000, 3000, 4000, 5000, 6000].map((ms) => watch.see(still, 64, 64, ms))
  expect(seen).toEqual([false, false, false, false, false, true, true])
  expect(watch.see(noisy(2), 64, 64, 6500)).toBe(true) // not looked at: less than a second later
  expect(watch.see(noisy(2), 64, 64, 7000)).toBe(false)
})

test("sensor noise alone is life, and so is one block's change", () => {
  const watch = frozenWatch(3000)
  for (let i = 0; i < 10; i++) expect(watch.see(noisy(i), 64, 64, i * 1000)).toBe(false)
  const clock = frozenWatch(3000)
  for (let i = 0; i < 10; i++) {
    const picture = noisy(1)
    picture.fill(i % 2 === 0 ? 200 : 30, 10, 20)
    expect(clock.see(picture, 64, 64, i * 1000)).toBe(false)
  }
})

test('a change too slow to see from one look to the next is still a change', () => {
  const watch = frozenWatch(5000)
  for (let i = 0; i < 20; i++)
    expect(watch.see(new Uint8Array(64 * 96).fill(50 + i * 0.4), 64, 64, i * 1000)).toBe(false)
})
