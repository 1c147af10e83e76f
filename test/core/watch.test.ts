import { describe, expect, test } from 'vitest'
import type { DecisionSettings } from '../../src/core/decide.js'
import { type Frame, i420Bytes } from '../../src/core/frame.js'
import type { Incident } from '../../src/core/incident.js'
import type { Verdict } from '../../src/core/verdict.js'
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

describe('what the networks should do next', () => {
  test('all passes of the mapping network when an incident is near, one before and after', () => {
    const purify = (frames: number) => nextLook(play(spaced(frames, 0, attacked)).state, settings, 0).purify
    expect([0, 1, 2, 20].map(purify)).toEqual([false, false, true, false])
  })

  /** 15 frames a second, all suspicious to the screen and an attack to the chain, which runs where `verify` says. */
  function suspicious(seconds: number, verify: (state: WatchState, atMs: number) => boolean, damaged = false) {
    const fast = { ...settings, rate: 15 }
    let state = startWatch()
    const ran: number[] = []
    const incidents: Incident[] = []
    for (let i = 0; i < seconds * 15; i++) {
      const atMs = (i * 1_000) / 15
      const asked = verify(state, atMs)
      if (asked) ran.push(atMs)
      const verdict = asked ? attacked(atMs).verdict : unverified
      const [next, effects] = watch(state, { ...attacked(atMs), verdict, damaged }, fast, () => 'new')
      state = next
      incidents.push(...effects.map(({ incident }) => incident))
    }
    return { ran, incidents }
  }
  const unverified: Verdict = { kind: 'suspicious', score: { logit: 9, screenLogit: 9, p: 1e-9 }, passes: 0 }
  const asked = (state: WatchState, atMs: number) => nextLook(state, { ...settings, rate: 15 }, atMs).verify

  test('the chain runs five times a second at most, and raises as soon as if it ran on each frame', () => {
    const bounded = suspicious(60, asked)
    const always = suspicious(60, () => true)
    expect(bounded.ran.length).toBeLessThanOrEqual(60 * 5)
    expect(bounded.incidents.map(({ phase, raisedAtMs }) => [phase, raisedAtMs])).toEqual(
      always.incidents.map(({ phase, raisedAtMs }) => [phase, raisedAtMs]),
    )
    expect(bounded.incidents[0]!.phase).toBe('raised')
  })

  test('also while nothing is observed, as the stream is damaged', () => {
    const { ran, incidents } = suspicious(60, asked, true)
    expect([ran.length <= 60 * 5, incidents]).toEqual([true, []])
  })

  test('suspicion that nobody has verified raises nothing', () => {
    expect(suspicious(60, () => false).incidents).toEqual([])
  })
})
