import { expect, test } from 'vitest'
import type { CameraFacts } from '../../src/core/camera-facts.js'
import { diagnostic } from '../../src/core/diagnostic.js'
import { cameraLine } from '../../src/daemon/camera-line.js'

const AT_MS = Date.UTC(2026, 10, 24, 3, 12, 8)
const guarded: CameraFacts = {
  ...{ id: 'gate', state: 'guarding', scored: true, sinceMs: AT_MS, incidentOpen: false, kinds: [] },
  ...{ frames: 0, flagged: 0, unscored: 0, dropped: 0, connects: 1, fps: 15 },
}
const added: CameraFacts = { ...guarded, state: 'connecting', scored: false }
const refused = diagnostic('FW_CAMERA_REFUSED', 'gate', 'nobody listens')
const down: CameraFacts = { ...added, state: 'backoff', cause: refused }

test('a camera that is guarded for the first time, lost, and guarded again', () => {
  expect(cameraLine(guarded, added)).toEqual({ level: 'info', text: "camera 'gate' is guarded" })
  expect(cameraLine(down, guarded)).toEqual({
    level: 'warn',
    text: "camera 'gate' is not guarded since 2026-11-24 03:12:08Z: backoff (FW_CAMERA_REFUSED)",
  })
  expect(cameraLine({ ...guarded, sinceMs: AT_MS + 200_000 }, down)).toEqual({
    level: 'info',
    text: "camera 'gate' is guarded again, after 3 min",
  })
})

test('another cause in the same outage is said, and a camera that somebody pauses is no warning', () => {
  const stalled = { ...down, cause: diagnostic('FW_CAMERA_STALLED', 'gate', 'no frame') }
  expect(cameraLine(stalled, down)?.text).toContain('FW_CAMERA_STALLED')
  const paused = { ...added, state: 'stopped', cause: diagnostic('FW_CAMERA_PAUSED', 'gate', 'somebody') } as const
  expect(cameraLine(paused, guarded)).toEqual({ level: 'info', text: "camera 'gate' is paused" })
})

test('an incident that begins or ends, and a clock that is set, are no line', () => {
  expect(cameraLine({ ...guarded, incidentOpen: true, kinds: ['dark'] }, guarded)).toBeUndefined()
  expect(cameraLine({ ...down, sinceMs: 0 }, down)).toBeUndefined()
})
