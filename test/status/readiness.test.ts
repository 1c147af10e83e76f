import { expect, test } from 'vitest'
import type { CameraFacts } from '../../src/core/camera-facts.js'
import { diagnostic } from '../../src/core/diagnostic.js'
import type { FwCode } from '../../src/core/errors.js'
import { unitSentence } from '../../src/status/readiness.js'
import { board, camera } from './board.js'

const NOW_MS = 1_000_000

const down = (id: string, code: FwCode | undefined, forS: number): CameraFacts =>
  camera(id, {
    state: 'backoff',
    scored: false,
    sinceMs: NOW_MS - forS * 1_000,
    cause: code && diagnostic(code, id, 'the reason'),
  })

test('a unit that guards everything says so', () => {
  expect(unitSentence(board(), NOW_MS)).toBe('guarding all 2 cameras')
  expect(unitSentence(board({ cameras: [camera('a')] }), NOW_MS)).toBe('guarding 1 camera')
})

test('a camera that is away is named, why and for how long', () => {
  const cameras = [camera('a'), camera('b'), camera('c'), down('gate', 'FW_CAMERA_REFUSED', 275)]
  expect(unitSentence(board({ cameras }), NOW_MS)).toBe("guarding 3 of 4 cameras; 'gate' not reachable for 4 min")
})

test('cameras with one trouble are one part of the sentence', () => {
  const lost = ['a', 'b', 'c', 'd', 'e'].map((id, i) => down(id, i ? 'FW_CAMERA_TIMEOUT' : 'FW_CAMERA_DNS', 10 * i))
  const cameras = [...lost, down('door', 'FW_CAMERA_AUTH', 7_300), camera('yard', { incidentOpen: true })]
  expect(unitSentence(board({ cameras }), NOW_MS)).toBe(
    "guarding 1 of 7 cameras; incident on 'yard'; 'a', 'b', 'c' and 2 more not reachable for 40 s; " +
      "'door' refuses user name and password for 2 h",
  )
})

test('a unit that can guard none for a reason of its own says the reason, and that its broker is away', () => {
  const cause = diagnostic('FW_FFMPEG_MISSING', 'guard-0', '/nonexistent does not run')
  const sentence = unitSentence(
    board({
      cameras: [down('a', 'FW_FFMPEG_MISSING', 61)],
      guards: [{ index: 0, state: 'down', stuck: false, restarts: 3, rssBytes: 0, cause }],
      broker: { state: 'offline', sinceMs: 0, pending: 0 },
    }),
    NOW_MS,
  )
  expect(sentence).toBe(
    "guarding none of 1 camera; 'a' not guarded, ffmpeg is missing for 1 min; " +
      'guard-0 cannot run: FW_FFMPEG_MISSING, /nonexistent does not run; the broker is offline',
  )
})
