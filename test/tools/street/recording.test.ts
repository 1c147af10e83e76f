/** assets/street.mp4 against the street that it was drawn from, read by the ffmpegs that a demo may meet. */
import { readFile, stat } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { findFfmpeg } from '../../../src/camera/ffmpeg.js'
import { i420Bytes } from '../../../src/core/frame.js'
import { lumaHistogram } from '../../../src/core/settle.js'
import { playStreet, STREET } from '../../../src/demo/recording.js'
import { ROUND_S } from '../../../tools/street/round.js'
import { createStreet, type Street } from '../../../tools/street/street.js'
import { bundled } from '../../camera/partners.js'

const { width, height, rate, frames } = STREET
const luma = width * height
/** Drawn, and looked at in the recording: some pictures of the round, its last, and the first of the next round. */
const NUMBERS = [0, 137, 301, frames - 1, frames]
let street: Street
let recorded: readonly Uint8Array[]

const drawn = (seconds: number) => {
  const pixels = new Uint8Array(i420Bytes(width, height))
  street.draw(seconds, pixels)
  return pixels
}

/** The pictures with these numbers as a demo on this ffmpeg sees them; ascending. */
async function played(numbers: readonly number[], ffmpegPath: string): Promise<Uint8Array[]> {
  const over = new AbortController()
  const found: Uint8Array[] = []
  let number = 0
  for await (const picture of playStreet(ffmpegPath, over.signal)) {
    if (numbers.includes(number++)) found.push(picture.slice())
    if (found.length === numbers.length) break
  }
  return found
}

/** Root of the mean squared difference, code values. */
function rms(a: Uint8Array, b: Uint8Array): number {
  return Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0) / a.length)
}

beforeAll(async () => {
  street = createStreet()
  recorded = await played(NUMBERS, bundled.path)
})

test('the recording is the street that is drawn, without noise: `npm run street` makes it anew', () => {
  for (const [i, number] of NUMBERS.entries()) expect(rms(recorded[i]!, drawn(number / rate))).toBeLessThan(0.8)
})

test('the last picture leads into the first: the street comes round, and so does what is played', () => {
  expect(frames / rate).toBe(ROUND_S)
  expect(rms(drawn(ROUND_S), drawn(0))).toBe(0)
  expect(rms(recorded.at(-1)!, recorded[0]!)).toBe(0)
  // a step like any other: the camera's noise is 1.3 and more
  expect(rms(recorded.at(-2)!, recorded.at(-1)!)).toBeLessThan(3)
})

const found = await findFfmpeg()
test.skipIf(found.origin === 'bundled')(
  'an ffmpeg of today plays the same pictures as the one of the npm package',
  async () => {
    const today = await played(NUMBERS.slice(0, 3), found.path)
    for (const [i, picture] of today.entries()) expect(rms(picture, recorded[i]!)).toBe(0)
  },
)

test('is within the limited range of video, also where shadows meet, and has depth of tone', () => {
  for (const seconds of [2, 16, 24, 33]) {
    const pixels = drawn(seconds)
    expect(pixels.every((v) => v >= 16 && v <= 240)).toBe(true)
    expect(pixels.subarray(0, luma).every((v) => v <= 235)).toBe(true)
  }
  const shares = lumaHistogram({ pixels: drawn(2), width, height })
  expect(shares.filter((share) => share > 0.01).length).toBeGreaterThan(12)
  expect(Math.max(...shares)).toBeLessThan(0.3)
})

test('moves: from one picture to the next, a lot in places', () => {
  const [a, b] = [drawn(4), drawn(4 + 1 / rate)]
  expect(a.subarray(0, luma).filter((v, i) => Math.abs(v - b[i]!) > 12).length).toBeGreaterThan(100)
})

test('a package of 1 to 2 MB more: the recording is in it, who draws it is not', async () => {
  const { size } = await stat(STREET.path)
  expect(size).toBeGreaterThan(1e6)
  expect(size).toBeLessThan(2e6)
  const { files } = JSON.parse(await readFile('package.json', 'utf8')) as { files: string[] }
  expect(files).toContain('assets')
  expect(files).not.toContain('tools')
})
