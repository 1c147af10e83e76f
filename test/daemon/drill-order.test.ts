import { expect, test } from 'vitest'
import type { CameraFacts } from '../../src/core/camera-facts.js'
import { diagnostic } from '../../src/core/diagnostic.js'
import { drillOrderOf, drillRefusal } from '../../src/daemon/drill-order.js'

const facts: CameraFacts = {
  ...{ id: 'gate', state: 'guarding', scored: true, sinceMs: 0, incidentOpen: false, kinds: [], fps: 15 },
  ...{ frames: 1, flagged: 0, unscored: 0, dropped: 0, connects: 1 },
}

test('a drill is a pattern of 16/255 unless something else is asked for', () => {
  expect(drillOrderOf({ verb: 'drill', camera: 'gate' })).toEqual({
    camera: 'gate',
    attack: 'pattern',
    level: 16 / 255,
  })
  const asked = { camera: 'gate', attack: 'noise', level: 0.1 }
  expect(drillOrderOf({ verb: 'drill', id: 1, ...asked })).toEqual(asked)
  const staged = { camera: 'gate', attack: 'covered' }
  expect(drillOrderOf({ verb: 'drill', ...staged, level: 0.1 })).toEqual({ ...staged, level: 0 })
})

test.each([
  ['camera is missing', {}],
  ['attack is none of pattern, noise, covered', { camera: 'gate', attack: 'patch' }],
  ['level is no number from 1/255 to 64/255', { camera: 'gate', level: 16 }],
  ['level is no number from 1/255 to 64/255', { camera: 'gate', level: 0 }],
  ['level is no number from 1/255 to 64/255', { camera: 'gate', level: '16/255' }],
])('a request is refused where %s', (text, members) => {
  expect(() => drillOrderOf({ verb: 'drill', ...members })).toThrow(text)
})

test('a camera takes a drill while it is guarded, has no incident and no other drill', () => {
  expect(drillRefusal('gate', facts, false)).toBeUndefined()
  expect(drillRefusal('gate', facts, true)).toMatch('drilled already')
  expect(drillRefusal('gate', { ...facts, incidentOpen: true }, false)).toMatch('open incident')
  expect(drillRefusal('gate', { ...facts, scored: false }, false)).toMatch('not guarded')
  const cause = diagnostic('FW_CAMERA_AUTH', 'gate', '401')
  expect(drillRefusal('gate', { ...facts, state: 'backoff', cause }, false)).toMatch(
    'not guarded (FW_CAMERA_AUTH: 401)',
  )
  expect(drillRefusal('gate', undefined, false)).toMatch("no camera 'gate'")
})
