/** The shipped estimate of a level on the demo's street, which the fit has never seen. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeSource } from '../../src/camera/file.js'
import { readPattern } from '../../src/camera/pattern-file.js'
import { DEFAULT_MODELS } from '../../src/config/defaults.js'
import type { Frame } from '../../src/core/frame.js'
import { perturbation, tiled, UNIVERSAL_PATTERN } from '../../src/core/perturbation.js'
import { type Engine, startEngine } from '../../src/inference/engine.js'
import { bundled } from '../camera/partners.js'

const STREET = new URL('../../assets/street.mp4', import.meta.url).pathname
let engine: Engine
let street: Frame

beforeAll(async () => {
  engine = await startEngine(DEFAULT_MODELS)
  const frames = decodeSource(STREET, { width: 640, ffmpeg: bundled, signal: new AbortController().signal })
  for await (const frame of frames) {
    street = { ...frame, pixels: frame.pixels.slice() }
    break
  }
}, 60_000)
afterAll(() => engine.close())

test.each([8, 12, 16])('the universal pattern at %i/255 of RGB is told within 30 %', async (level255) => {
  // 219 steps of luma are the whole range (BT.601-7 2.5.3)
  const luma = (level255 * 219) / 255
  const pixels = street.pixels.slice()
  perturbation(tiled(await readPattern(UNIVERSAL_PATTERN), street.width, street.height), luma).addTo(pixels)
  const options = { mode: 'cascade', always: true, purify: false, maxPasses: 1, threshold: -100 } as const
  const { score } = (await engine.judge({ ...street, pixels }, options)).verdict
  expect((score.level! * 255) / level255).toBeGreaterThan(0.7)
  expect((score.level! * 255) / level255).toBeLessThan(1.3)
})
