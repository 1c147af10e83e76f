/** Frames that the tiny bundles of test/fixtures/bundles have an opinion on. */
import { fileURLToPath } from 'node:url'
import { type Frame, i420Bytes } from '../../src/core/frame.js'
import type { ModelSettings } from '../../src/core/settings.js'

export const BUNDLES = fileURLToPath(new URL('../fixtures/bundles', import.meta.url))
export const TINY = `${BUNDLES}/tiny`

export const MODELS: ModelSettings = {
  bundle: TINY,
  runtime: 'node',
  python: 'python3',
  providers: ['cpu'],
  requireGpu: false,
  precision: 'auto',
  threads: 'auto',
  requireSignature: false,
}

/** Grey with random signs of `amplitude` on luma: 0 is clean to `tiny` (-8), 16 is not (+20). */
export function grey(amplitude: number, width = 64, height = 64, seed = 1): Frame {
  const pixels = new Uint8Array(i420Bytes(width, height)).fill(128)
  let state = seed
  for (let i = 0; i < width * height; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    pixels[i] = 128 + (state >>> 31 ? amplitude : -amplitude)
  }
  return { cameraId: 'test', seq: 0, capturedAtMs: 0, width, height, pixels, damaged: false }
}
