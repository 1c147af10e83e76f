import { expect, test } from 'vitest'
import type { DecisionSettings } from '../../src/core/decide.js'
import { type Frame, i420Bytes } from '../../src/core/frame.js'
import type { Incident } from '../../src/core/incident.js'
import { type JudgedFrame, judgedFrame, nextLook, startWatch, type WatchState, watch } from '../../src/core/watch.js'

const settings: DecisionSettings = { falseAlarmsPerDay: 0.1, clearAfterMs: 10_000, rate: 5 }
const [width, height] = [64, 64]

function frame(luma: number, capturedAtMs: number): Frame {
  const pixels = new Uint8Array(i420Bytes(width, height)).fill(luma)
  return { cameraId: 'gate', seq: 0, capturedAtMs, width, height, pixels, damaged: false }
}

/** A frame on which the networks are sure, and M takes 4 steps from each byte. */
function attacked(atMs: number): JudgedFrame {
  const seen = frame(100, atMs)
  const score = { logit: 12, screenLogit: 9, chainLogit: 12, p: 1e-9, level: 0.03 }
  return judgedFrame(seen, { kind: 'perturbed', score, purified: seen.pixels.map((v) => v - 4), passes: 1 })
}

function clean(atMs: number): JudgedFrame {
  return judgedFrame(frame(100, atMs), { kind: 'clean', score: { logit: -3, screenLogit: -3, p: 0.8 }, passes: 0 })
}

function play(frames: readonly JudgedFrame[], state: WatchState = startWatch()) {
  const incidents: Incident[] = []
  for (const judged of frames) {
    const [next, effects] = watch(state, judged, settings, () => 'new')
    state = next
    for (const effect of effects) incidents.push(effect.incident)
  }
  return { state, incidents }
}

/** `count` frames 200 ms apart. */
function spaced(count: number, fromMs: number, make: (atMs: number) => JudgedFrame): JudgedFrame[] {
  return Array.from({ length: count }, (_, i) => make(fromMs + i * 200))
}

test('what is measured of a frame needs no pixels any more, and what was removed belongs to perturbed frames alone', () => {
  const judged = attacked(7)
  expect([judged.atMs, judged.damaged]).toEqual([7, false])
  expect(judged.histogram[100 >> 3]).toBe(1)
  expect(judged.removal?.every((v) => v === 4)).toBe(true)
  expect(clean(7)).not.toHaveProperty('removal')
  expect(judgedFrame({ ...frame(1, 0), encodedBytes: 812 }, clean(0).verdict).encodedBytes).toBe(812)
})

test('an attack is one incident, from raised to cleared', () => {
  const { incidents } = play([...spaced(20, 0, attacked), ...spaced(80, 4_000, clean)])
  expect(incidents.map(({ id, phase }) => [id, phase])).toEqual([
    ['new', 'raised'],
    ['new', 'cleared'],
  ])
})

test('an incident from before is carried on, not raised again', () => {
  const [raised] = play(spaced(20, 0, attacked)).incidents
  const { incidents } = play(spaced(60, 20_000, clean), startWatch(raised))
  expect(incidents.map(({ id, phase }) => [id, phase])).toEqual([['new', 'cleared']])
})

test('all passes of the mapping network are asked for once an incident is near, not before', () => {
  expect(nextLook(startWatch(), settings).purify).toBe(false)
  expect(nextLook(play(spaced(1, 0, attacked)).state, settings).purify).toBe(false)
  expect(nextLook(play(spaced(3, 0, attacked)).state, settings).purify).toBe(true)
})
