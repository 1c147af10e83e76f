import { expect, test } from 'vitest'
import type { CameraFacts, CameraReport } from '../../src/core/camera-facts.js'
import { diagnostic } from '../../src/core/diagnostic.js'
import { cameraLedger } from '../../src/daemon/camera-ledger.js'

const gone = diagnostic('FW_GUARD_LOST', 'guard-0', 'ended by SIGKILL')

const beat = (frames: number, more: Partial<CameraReport> = {}): CameraReport => ({
  id: 'gate',
  state: 'guarding',
  scored: frames > (more.unscored ?? 0),
  frames,
  flagged: 1,
  unscored: 0,
  dropped: 2,
  connects: 1,
  fps: 15,
  ...more,
})

/** A ledger with one camera, and a clock that each report moves on by half a second. */
function ledger() {
  const news: CameraFacts[] = []
  const clock = { atMs: 0, bootMs: 0, nowMs: () => clock.atMs, wallMs: (ms: number) => clock.bootMs + ms }
  const kept = cameraLedger(clock, (now) => news.push(now))
  kept.add('gate', [])
  const report = (...args: Parameters<typeof beat>) => {
    clock.atMs += 500
    kept.report(beat(...args))
    return kept.get('gate')!
  }
  return { kept, clock, news, report }
}

test('a camera is not scored before a frame was judged', () => {
  const { kept, report } = ledger()
  expect(kept.get('gate')).toMatchObject({ state: 'connecting', scored: false })
  expect(report(0)).toMatchObject({ state: 'connecting', scored: false })
  expect(report(10)).toMatchObject({ state: 'guarding', scored: true, sinceMs: 1_000 })
})

test('frames that are all unscored are not scored', () => {
  const { kept, report } = ledger()
  report(10)
  for (let i = 1; i <= 12; i++) report(10 + i * 7, { unscored: i * 7, scored: false })
  expect(kept.get('gate')).toMatchObject({
    state: 'stalled',
    scored: false,
    cause: { code: 'FW_INFERENCE_FAILED' },
    sinceMs: 500,
  })
})

test('a lost guard leaves the camera unscored at once, with the cause, since its last judged frame', () => {
  const { kept, clock, report } = ledger()
  report(10)
  clock.atMs = 2_000
  kept.lost('gate', gone)
  expect(kept.get('gate')).toMatchObject({ state: 'backoff', scored: false, cause: gone, sinceMs: 500, fps: 0 })
})

test('totals outlive guards', () => {
  const { kept, report } = ledger()
  report(10)
  kept.lost('gate', gone)
  expect(report(3)).toMatchObject({ frames: 13, flagged: 2, dropped: 4, connects: 2 })
  expect(report(5)).toMatchObject({ frames: 15 })
})

test('an alert after a guard restart counts no frame twice', () => {
  const { kept, report } = ledger()
  report(100)
  kept.lost('gate', gone)
  report(5)
  for (let i = 0; i < 10; i++) kept.incidents('gate', i % 2 === 0 ? ['noise'] : [])
  expect(kept.get('gate')).toMatchObject({ frames: 105, flagged: 2 })
  expect(report(6)).toMatchObject({ frames: 106, flagged: 2 })
})

test('totals outlive a camera that is assigned anew within its guard', () => {
  const { report } = ledger()
  report(10)
  expect(report(2)).toMatchObject({ frames: 12 })
  expect(report(4)).toMatchObject({ frames: 14 })
})

test('totals never fall, whatever comes in which order', () => {
  const { kept, report } = ledger()
  let last = 0
  for (let i = 0; i < 500; i++) {
    const roll = (i * 7_919) % 13
    if (roll === 0) kept.lost('gate', gone)
    else if (roll === 1) kept.incidents('gate', i % 2 === 0 ? ['noise'] : [])
    else report(roll * 3)
    const { frames } = kept.get('gate')!
    expect(frames).toBeGreaterThanOrEqual(last)
    last = frames
  }
})

test('a report of a removed camera is not taken', () => {
  const { kept } = ledger()
  kept.remove('gate')
  kept.report(beat(1))
  expect(kept.all()).toEqual([])
})

test('only news is reported: not counters, not another text of the same cause', () => {
  const { kept, news, report } = ledger()
  for (let i = 1; i < 20; i++) report(i * 7)
  for (const kinds of [['noise'], ['noise'], ['noise', 'dark']] as const) kept.incidents('gate', kinds)
  kept.lost('gate', gone)
  kept.lost('gate', diagnostic('FW_GUARD_LOST', 'guard-0', 'ended with status 1'))
  expect(news.map(({ state, incidentOpen }) => [state, incidentOpen])).toEqual([
    ['guarding', false],
    ['guarding', true],
    ['guarding', true],
    ['backoff', true],
  ])
})

test('a unit that gets its time late tells anew since when its cameras are as they are', () => {
  const { clock, news, report } = ledger()
  report(7)
  clock.bootMs = Date.UTC(2026, 10, 24)
  report(14)
  expect(news.map(({ sinceMs }) => sinceMs)).toEqual([500, clock.bootMs + 500])
})
