import { expect, test } from 'vitest'
import { DEFAULT_CAMERA } from '../../src/config/defaults.js'
import { priorsOf } from '../../src/core/baseline/priors.js'
import { drillStep, endDrill, startDrill } from '../../src/core/drill.js'
import type { Incident } from '../../src/core/incident.js'
import { type JudgedFrame, startWatch, type WatchState, watch, watchSettings } from '../../src/core/watch.js'

const thresholds = { suspicious: -0.5, flagged: 0 }
const settings = watchSettings(
  {
    detection: {
      ...{ threshold: 'auto', margin: 'auto', falseAlarmsPerDay: 0.1 },
      ...{ clearAfterMs: 60_000, raiseWithinMs: 'auto' },
    },
    tamper: DEFAULT_CAMERA.tamper,
    frame: { rate: 5 },
  },
  { thresholds, priors: priorsOf(thresholds) },
)

function judged(atMs: number, logit: number): JudgedFrame {
  const score = { logit, screenLogit: logit, chainLogit: logit, p: 0.01 }
  const verdict =
    logit >= thresholds.flagged
      ? ({ kind: 'perturbed', score, purified: new Uint8Array(), passes: 1 } as const)
      : ({ kind: 'clean', score, passes: 0 } as const)
  const histogram = Array.from({ length: 32 }, () => 1 / 32)
  return { atMs, verdict, damaged: false, histogram, light: { luma: 110, chroma: 8 }, noise: 0 }
}

/** A camera that was clean for 10 s. */
function camera(): WatchState {
  let state = startWatch()
  for (let atMs = 0; atMs < 10_000; atMs += 200) {
    state = watch(state, judged(atMs, -2 + 0.02 * ((atMs / 200) % 3)), settings, () => 'own')[0]
  }
  return state
}

/** A drill of 10 s on `own`, with frames that score `logit`. */
function drilled(own: WatchState, logit: number) {
  let state = startDrill(own)
  const changes: Incident[] = []
  for (let ms = 0; ms < 10_000; ms += 200) {
    const times = { capturedMs: ms, judgedMs: ms + 50 }
    const [next, changed] = drillStep(state, judged(10_000 + ms, logit), times, settings, () => 'drill')
    state = next
    if (changed) changes.push(changed)
  }
  return { state, changes }
}

test('what a drill puts in is found, with the time from its first frame, and cleared with its end', () => {
  const { state, changes } = drilled(camera(), 4)
  expect(changes.map(({ id, phase }) => [id, phase])).toEqual([['drill', 'raised']])
  expect(state.found).toMatchObject({ incident: 'drill' })
  expect(state.found!.delayMs).toBeGreaterThan(0)
  expect(state.found!.delayMs).toBeLessThanOrEqual(2_000)
  expect(endDrill(state, 20_000)).toMatchObject({ id: 'drill', phase: 'cleared', updatedAtMs: 20_000 })
})

test('a drill that changes nothing finds nothing, and has nothing to clear', () => {
  const { state, changes } = drilled(camera(), -2)
  expect(changes).toEqual([])
  expect(state).toMatchObject({ frames: 50, found: undefined })
  expect(endDrill(state, 20_000)).toBeUndefined()
})

test('evidence that the camera had of its own raises no drill', () => {
  let own = camera()
  for (let atMs = 10_000; own.decision.evidence.nats === 0; atMs += 200) {
    own = watch(own, judged(atMs, 4), settings, () => 'own')[0]
  }
  expect(startDrill(own).watch.decision.evidence.nats).toBe(0)
  expect(startDrill(own).watch.baseline).toEqual(own.baseline)
})

test('a drill leaves the state of its camera as it was', () => {
  const own = camera()
  const before = structuredClone(own)
  drilled(own, 4)
  expect(own).toEqual(before)
})
