import { expect, test } from 'vitest'
import { i420Bytes } from '../../src/core/frame.js'
import { noiseSigma, sensorNoise } from '../../src/demo/sensor-noise.js'

const [width, height] = [320, 192]
const luma = width * height
const even = (value: number) => new Uint8Array(i420Bytes(width, height)).fill(value, 0, luma).fill(128, luma)

function noisy(value: number, noise = sensorNoise(width, height, 7)): Uint8Array {
  const pixels = even(value)
  noise.addTo(pixels)
  return pixels
}

/** Mean and deviation of part of a picture. */
function moments(values: Uint8Array): { readonly mean: number; readonly sigma: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  return { mean, sigma: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) }
}

test('noise is larger in the dark than in the light', () => {
  expect(noiseSigma(30)).toBeGreaterThan(noiseSigma(220))
  expect(moments(noisy(40).subarray(0, luma)).sigma).toBeGreaterThan(moments(noisy(200).subarray(0, luma)).sigma + 0.3)
})

test('luma and chroma keep their mean; the deviation is that of the sensor', () => {
  const pixels = noisy(126)
  const y = moments(pixels.subarray(0, luma))
  expect(y.mean).toBeCloseTo(126, 1)
  // rounding to whole code values adds 1/12 of variance; neighbours that share noise take some of it away
  expect(y.sigma).toBeGreaterThan(1)
  expect(y.sigma).toBeLessThan(2)
  const uv = moments(pixels.subarray(luma))
  expect(uv.mean).toBeCloseTo(128, 1)
  expect(uv.sigma).toBeGreaterThan(0.5)
  expect(uv.sigma).toBeLessThan(1)
})

test('every picture has noise of its own, and the same seed the same again', () => {
  const noise = sensorNoise(width, height, 7)
  const [first, second] = [noisy(126, noise), noisy(126, noise)]
  expect(first.filter((v, i) => v === second[i]).length / first.length).toBeLessThan(0.5)
  expect(Buffer.compare(first, noisy(126))).toBe(0)
})

test('luma stays within the limited range of video', () => {
  expect(Math.min(...noisy(16).subarray(0, 4_096))).toBe(16)
  expect(Math.max(...noisy(235).subarray(0, 4_096))).toBe(235)
})
