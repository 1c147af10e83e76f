import { beforeAll, describe, expect, test } from 'vitest'
import { i420Bytes } from '../../src/core/frame.js'
import { lumaHistogram } from '../../src/core/settle.js'
import { drawText, textWidth } from '../../src/demo/font.js'
import { clockText } from '../../src/demo/scene/burn-in.js'
import { noiseSigma } from '../../src/demo/scene/sensor.js'
import { createStreet, type Street } from '../../src/demo/scene/street.js'
import { carsAt, peopleAt } from '../../src/demo/scene/traffic.js'

describe('the drawn street', () => {
  let street: Street
  const frame = (n: number, from = street) => {
    const pixels = new Uint8Array(i420Bytes(from.width, from.height))
    from.draw(n, pixels)
    return pixels
  }
  beforeAll(() => {
    street = createStreet(2026)
  })

  test('is within the limited range of video', () => {
    const pixels = frame(30)
    const luma = pixels.subarray(0, 640 * 360)
    expect(Math.min(...luma.filter((_, i) => i % 7 === 0))).toBeGreaterThanOrEqual(16)
    expect(Math.max(...luma.filter((_, i) => i % 7 === 0))).toBeLessThanOrEqual(235)
    const chroma = pixels.subarray(640 * 360)
    expect(Math.min(...chroma.filter((_, i) => i % 7 === 0))).toBeGreaterThanOrEqual(16)
    expect(Math.max(...chroma.filter((_, i) => i % 7 === 0))).toBeLessThanOrEqual(240)
  })

  test('has depth of tone: no bin of 32 holds most of the picture', () => {
    const shares = lumaHistogram({ pixels: frame(0), width: 640, height: 360 })
    expect(shares.filter((share) => share > 0.01).length).toBeGreaterThan(12)
    expect(Math.max(...shares)).toBeLessThan(0.3)
  })

  test('moves and is noisy: the next frame differs everywhere a little, in places a lot', () => {
    const [a, b] = [frame(60), frame(61)]
    let same = 0
    let moved = 0
    let squares = 0
    const n = 640 * 300
    for (let i = 640 * 30; i < 640 * 30 + n; i++) {
      const d = a[i]! - b[i]!
      if (d === 0) same++
      if (Math.abs(d) > 12) moved++
      else squares += d * d
    }
    expect(same / n).toBeLessThan(0.35)
    expect(moved).toBeGreaterThan(200)
    // two draws of noise of sigma 1.3 to 2.2 (limited range)
    expect(Math.sqrt(squares / n / 2)).toBeGreaterThan(1)
    expect(Math.sqrt(squares / n / 2)).toBeLessThan(3)
  })

  test('is the same for the same seed', () => {
    expect(frame(5, createStreet(7))).toEqual(frame(5, createStreet(7)))
  })
})

test('noise is larger in the dark than in the light', () => {
  expect(noiseSigma(30)).toBeGreaterThan(noiseSigma(220))
})

test('somebody is in the street at every moment', () => {
  for (let t = 0; t < 120; t += 0.5) expect(carsAt(t).length + peopleAt(t).length).toBeGreaterThan(2)
})

test('letters are drawn within their box', () => {
  const dots: [number, number][] = []
  drawText('A1', (x, y) => dots.push([x, y]))
  expect(dots.length).toBe(18 + 10)
  expect(dots.every(([x, y]) => x >= 0 && x < textWidth('A1') && y >= 0 && y < 7)).toBe(true)
})

test('the clock counts', () => {
  expect(clockText(Date.UTC(2026, 4, 12, 15, 41, 7))).toBe('2026-05-12 15:41:07')
})
