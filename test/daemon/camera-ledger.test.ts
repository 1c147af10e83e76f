import { expect, test } from 'vitest'
import { diagnostic } from '../../src/core/diagnostic.js'
import type { CameraBeat } from '../../src/core/guard-protocol.js'
import { cameraLedger } from '../../src/daemon/camera-ledger.js'

const beat = (frames: number, state: CameraBeat['state'] = 'guarding'): CameraBeat => ({
  id: 'gate',
  state,
  stateSinceMs: 5,
  scored: state === 'guarding',
  frames,
  flagged: 1,
  unscored: 0,
  dropped: 2,
  connects: 1,
  fps: 15,
  evidenceNats: 0,
  evidenceBound: 15,
  incidentOpen: false,
})

function ledger() {
  const kept = cameraLedger(() => 1_000)
  kept.add('gate', false)
  return kept
}

test('a camera begins unscored and is scored while it is guarded', () => {
  const kept = ledger()
  expect(kept.get('gate')).toMatchObject({ state: 'connecting', scored: false, everGuarded: false })
  expect(kept.note(beat(10))).toMatchObject({ scored: true, everGuarded: true })
  expect(kept.note(beat(10, 'stalled'))).toMatchObject({ scored: false, everGuarded: true })
})

test('a lost guard leaves the camera unscored, with the cause', () => {
  const kept = ledger()
  kept.note(beat(10))
  const cause = diagnostic('FW_GUARD_LOST', 'guard-0', 'ended by SIGKILL')
  expect(kept.lost('gate', cause, 2_000)).toMatchObject({ state: 'backoff', scored: false, cause, stateSinceMs: 2_000 })
})

test('totals outlive guards', () => {
  const kept = ledger()
  kept.note(beat(10))
  kept.lost('gate', diagnostic('FW_GUARD_LOST', 'guard-0', 'gone'), 2_000)
  expect(kept.note(beat(3))).toMatchObject({ frames: 13, flagged: 2, dropped: 4, connects: 2 })
  expect(kept.note(beat(5))).toMatchObject({ frames: 15 })
})

test('totals outlive a camera that is assigned anew within its guard', () => {
  const kept = ledger()
  kept.note(beat(10))
  expect(kept.note(beat(2))).toMatchObject({ frames: 12 })
  expect(kept.note(beat(4))).toMatchObject({ frames: 14 })
})

test('a beat of a removed camera is not taken', () => {
  const kept = ledger()
  kept.remove('gate')
  expect(kept.note(beat(1))).toBeUndefined()
  expect(kept.all()).toEqual([])
})
