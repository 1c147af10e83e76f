import { expect, test } from 'vitest'
import type { CameraFacts } from '../../src/core/camera-facts.js'
import { diagnostic } from '../../src/core/diagnostic.js'
import { cameraLine } from '../../src/daemon/camera-line.js'

const facts: CameraFacts = {
  ...{ id: 'gate', state: 'guarding', scored: true, sinceMs: 0, incidentOpen: false, kinds: [] },
  ...{ frames: 0, flagged: 0, unscored: 0, dropped: 0, connects: 1, fps: 15 },
}

test('state and cause make the line', () => {
  expect(cameraLine(facts)).toBe("camera 'gate': guarding")
  const cause = diagnostic('FW_CAMERA_REFUSED', 'gate', 'nobody listens')
  expect(cameraLine({ ...facts, state: 'backoff', cause })).toBe("camera 'gate': backoff (FW_CAMERA_REFUSED)")
})

test('an incident that begins or ends is no change of the line', () => {
  expect(cameraLine({ ...facts, incidentOpen: true })).toBe(cameraLine(facts))
})
