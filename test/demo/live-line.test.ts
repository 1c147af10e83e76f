import { expect, test } from 'vitest'
import type { CameraFacts } from '../../src/core/camera-facts.js'
import { liveLine } from '../../src/demo/live-line.js'

const camera = { id: 'street', state: 'guarding', fps: 14.93, score: -4, incidentOpen: false } as CameraFacts

test('frames a second, score, state, phase and what is left of it', () => {
  expect(liveLine({ camera, phase: 'clean', leftS: 6.2 })).toBe(
    '14.9 frames/s  [####............] score  -4.0  guarding  clean picture, 7 s left',
  )
  expect(liveLine({ camera: { ...camera, score: 31, incidentOpen: true }, phase: 'attacked', leftS: 1 })).toBe(
    '14.9 frames/s  [################] score +31.0  guarding, INCIDENT  PERTURBED picture, 1 s left',
  )
})

test('what is not known is not shown as a number', () => {
  expect(liveLine({})).toBe('starting …')
  expect(liveLine({ camera: { ...camera, score: undefined } })).toContain('score   -')
})

test('when the last phase is over it says what is waited for', () => {
  expect(liveLine({ camera, phase: 'after', leftS: -0.1 })).toContain('waiting for the end of the incident')
})
