import { expect, test } from 'vitest'
import { DEFAULT_CAMERA } from '../../../src/config/defaults.js'
import { priorsOf } from '../../../src/core/baseline/priors.js'
import { endDrill, startDrill, tamperDrillStep } from '../../../src/core/drill.js'
import type { Frame } from '../../../src/core/frame.js'
import { STAGED_KINDS, staging } from '../../../src/core/tamper/staged.js'
import { judgedFrame, startWatch, type WatchState, watch, watchSettings } from '../../../src/core/watch.js'
import { HEIGHT, passing, scene, sensor, WIDTH } from './scene.js'

const RATE = 10
const QUIET_S = 12
const DRILL_S = 20
const thresholds = { suspicious: -0.5, flagged: 0 }
const settings = watchSettings(
  { ...DEFAULT_CAMERA, frame: { rate: RATE } },
  { thresholds, priors: priorsOf(thresholds) },
)
const street = scene()

function frames(seconds: number, from = 0, seed = 7): Frame[] {
  const picture = sensor(1.5, seed)
  return Array.from({ length: seconds * RATE }, (_, i) => ({
    cameraId: 'gate',
    seq: i,
    capturedAtMs: ((from * RATE + i) * 1000) / RATE,
    width: WIDTH,
    height: HEIGHT,
    pixels: picture(passing(street, from + i / RATE)),
    damaged: false,
  }))
}

/** A camera that nobody has touched. */
function camera(): WatchState {
  const score = { logit: -2, screenLogit: -2, chainLogit: -2, p: 0.5 }
  let state = startWatch()
  for (const frame of frames(QUIET_S)) {
    const judged = judgedFrame(frame, { kind: 'clean', score, passes: 0 }, frame.seq % 2 === 0)
    state = watch(state, judged, settings, () => 'own')[0]
  }
  return state
}

test.each(STAGED_KINDS)('a drill that stages %s is found by that name, and touches nothing of the camera', (kind) => {
  const own = camera()
  const staged = staging(kind)
  let drill = startDrill(own)
  const changes: string[] = []
  for (const frame of frames(DRILL_S, QUIET_S, 11)) {
    const before = Buffer.from(frame.pixels)
    const times = { capturedMs: frame.capturedAtMs, judgedMs: frame.capturedAtMs + 5 }
    const [next, changed] = tamperDrillStep(drill, staged(frame), times, settings, () => 'drill')
    expect(before.equals(frame.pixels)).toBe(true)
    drill = next
    if (changed) changes.push(`${changed.phase} ${changed.kind}`)
  }
  expect(changes).toEqual([`raised ${kind}`])
  expect(drill.found!.delayMs).toBeLessThan(15_000)
  expect(endDrill(drill, 99)).toMatchObject({ id: 'drill', phase: 'cleared', kind })
  expect(own.tamper.incident).toBeUndefined()
})
