import { expect, test } from 'vitest'
import { limitReached } from '../../src/camera/session-limits.js'

const limits = { firstFrameMs: 15_000, stallMs: 5000 }
const waiting = { startedMs: 1000, frames: 0, firstMs: 0, lastMs: 0 }
const flowing = { startedMs: 1000, frames: 9, firstMs: 2000, lastMs: 3000 }

test.each([
  ['the first picture may take its time', waiting, limits, [], 16_000, undefined],
  ['but not longer', waiting, limits, [], 16_001, 'FW_CAMERA_TIMEOUT'],
  ['what ffmpeg says of it is the better cause', waiting, limits, ['404 Not Found'], 16_001, 'FW_CAMERA_NOT_FOUND'],
  ['damage says nothing of a first picture', waiting, limits, ['Truncated'], 16_001, 'FW_CAMERA_TIMEOUT'],
  ['the next picture, too', flowing, limits, [], 8000, undefined],
  ['then it is a stall, whatever was said', flowing, limits, ['404 Not Found'], 8001, 'FW_CAMERA_STALLED'],
  ['pictures that are left out are none', flowing, { ...limits, spacingMs: 1000 }, [], 9000, undefined],
  ['without limits nothing is late', flowing, {}, [], 1e9, undefined],
  ['nor is a first picture', waiting, {}, [], 1e9, undefined],
])('%s', (_, flow, given, stderr, nowMs, code) => {
  expect(limitReached(flow, given, stderr, nowMs)?.code).toBe(code)
})
