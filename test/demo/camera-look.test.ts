import { expect, test } from 'vitest'
import { i420Bytes } from '../../src/core/frame.js'
import { clockText } from '../../src/demo/burn-in.js'
import { streetLook } from '../../src/demo/camera-look.js'
import { STREET } from '../../src/demo/recording.js'
import { drawText, textWidth } from '../../src/evidence/font.js'

test('letters are drawn within their box', () => {
  const dots: [number, number][] = []
  drawText('A1', (x, y) => dots.push([x, y]))
  expect(dots.length).toBe(18 + 10)
  expect(dots.every(([x, y]) => x >= 0 && x < textWidth('A1') && y >= 0 && y < 7)).toBe(true)
})

test('the clock counts', () => {
  expect(clockText(Date.UTC(2026, 4, 12, 15, 41, 7))).toBe('2026-05-12 15:41:07')
})

test('clock and name stand above the noise: the clock moves on with the seconds', () => {
  const { width, height, rate } = STREET
  const grey = () => new Uint8Array(i420Bytes(width, height)).fill(126, 0, width * height).fill(128, width * height)
  const look = streetLook()
  /** White and dark dots of the rows in which something is burnt in. */
  const dots = (frame: number, from: number) => {
    const pixels = grey()
    look(pixels, frame)
    return [...pixels.subarray(from * width, (from + 16) * width)].map((v) => (v === 228 ? 1 : v === 22 ? -1 : 0))
  }
  expect(dots(0, 9).filter((v) => v === 1).length).toBeGreaterThan(500)
  expect(dots(rate - 1, 9)).toEqual(dots(0, 9))
  expect(dots(rate, 9)).not.toEqual(dots(0, 9))
  expect(dots(rate, height - 25)).toEqual(dots(0, height - 25))
  expect(dots(0, 100).every((v) => v === 0)).toBe(true)
})
