import { describe, expect, test } from 'vitest'
import {
  boundOf,
  type DecisionSettings,
  type DecisionState,
  decide,
  observes,
  startDecision,
} from '../../src/core/decide.js'
import { lnJoined } from '../../src/core/evidence.js'
import type { Incident } from '../../src/core/incident.js'

const settings: DecisionSettings = { falseAlarmsPerDay: 0.1, clearAfterMs: 10_000, rate: 15 }

interface Span {
  /** Seconds. */
  readonly for: number
  readonly p: number | (() => number)
  readonly removal?: () => Int8Array
}

/** Plays spans of 15 frames a second; returns each change of the incident with its time in seconds. */
function play(spans: readonly Span[], state: DecisionState = startDecision(), fromS = 0) {
  const reported: { atS: number; incident: Incident }[] = []
  let atMs = fromS * 1_000
  let ids = 0
  for (const span of spans) {
    for (let i = 0; i < span.for * 15; i++, atMs += 1_000 / 15) {
      const p = typeof span.p === 'number' ? span.p : span.p()
      const flagged = p < 0.005
      const [next, incident] = decide(
        state,
        {
          atMs,
          score: { logit: -Math.log(p), p, level: flagged ? 0.03 : undefined },
          flagged,
          lnE: observes(state, atMs, settings.rate) ? lnJoined([{ p, share: 1 }]) : undefined,
          removal: flagged ? span.removal?.() : undefined,
        },
        settings,
        () => `incident-${ids++}`,
      )
      state = next
      if (incident) reported.push({ atS: atMs / 1_000 - fromS, incident })
    }
  }
  return { reported, state }
}

/** Uniform p-values, seeded: what clean frames bring. */
function clean(seed: number): () => number {
  let s = seed
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0
    return (s + 1) / 2 ** 32
  }
}

describe('raising and clearing', () => {
  test('an attack is raised within two seconds and cleared after it has been quiet', () => {
    const { reported } = play([
      { for: 10, p: clean(1) },
      { for: 10, p: 1e-6 },
      { for: 20, p: clean(2) },
    ])
    expect(reported.map((t) => t.incident.phase)).toEqual(['raised', 'cleared'])
    expect(reported[0]!.atS - 10).toBeLessThan(2)
    expect(reported[1]!.atS - 20).toBeGreaterThan(10)
    expect(reported[1]!.atS - 20).toBeLessThan(14)
    expect(reported[1]!.incident.id).toBe(reported[0]!.incident.id)
  })

  test('an hour of clean frames raises nothing', () => {
    expect(play([{ for: 3_600, p: clean(3) }]).reported).toEqual([])
  })

  test('one frame, however strange, raises nothing', () => {
    expect(
      play([
        { for: 5, p: clean(4) },
        { for: 1 / 15, p: 1e-12 },
        { for: 5, p: clean(5) },
      ]).reported,
    ).toEqual([])
  })

  test('an attack that ceases for a while and comes back is one incident', () => {
    const { reported } = play([
      { for: 5, p: 1e-6 },
      { for: 5, p: clean(6) },
      { for: 5, p: 1e-6 },
    ])
    expect(reported.map((t) => t.incident.phase)).toEqual(['raised'])
  })

  test('since is when the evidence began, not when the alarm came', () => {
    const { reported } = play([
      { for: 3, p: 0.9 },
      { for: 5, p: 1e-4 },
    ])
    expect(reported[0]!.incident.sinceMs / 1_000).toBeCloseTo(3, 0)
    expect(reported[0]!.incident.raisedAtMs).toBeGreaterThan(reported[0]!.incident.sinceMs)
  })
})

describe('a guard that was replaced', () => {
  const open: Incident = {
    id: 'from-before',
    phase: 'raised',
    sinceMs: 0,
    raisedAtMs: 1_000,
    updatedAtMs: 1_000,
    kind: 'pattern',
    level: 0.03,
    score: 9,
  }

  test('clears the open incident when the attack is over', () => {
    const { reported } = play([{ for: 20, p: clean(9) }], startDecision(open), 100)
    expect(reported.map((t) => [t.incident.phase, t.incident.id])).toEqual([['cleared', 'from-before']])
  })

  test('does not raise a second one while it goes on', () => {
    const { reported } = play([{ for: 20, p: 1e-6 }], startDecision(open), 100)
    expect(reported.filter((t) => t.incident.phase === 'raised')).toEqual([])
  })
})

test('an update comes as soon as the kind is known, and then at most each 30 s', () => {
  const pattern = Int8Array.from({ length: 256 }, (_, i) => ((i * 37) % 17) - 8)
  const { reported } = play([{ for: 90, p: 1e-6, removal: () => pattern }])
  expect(reported.map((t) => t.incident.phase)).toEqual(['raised', 'updated'])
  expect(reported[1]!.incident.kind).toBe('pattern')
  expect(reported[1]!.atS).toBeLessThan(2)
})

test('the bound follows the false alarms that are asked for', () => {
  expect(boundOf(settings)).toBeCloseTo(Math.log(86_400 * 5 * 10), 6)
  expect(boundOf({ ...settings, falseAlarmsPerDay: 1 })).toBeLessThan(boundOf(settings))
})

test('a time to raise lowers the bound where the evidence could not reach it, and never lifts it', () => {
  expect(boundOf({ ...settings, raiseWithinMs: 400 })).toBeLessThan(boundOf(settings))
  expect(boundOf({ ...settings, raiseWithinMs: 400 })).toBeCloseTo(2 * Math.log(118.2), 1)
  expect(boundOf({ ...settings, raiseWithinMs: 60_000 })).toBe(boundOf(settings))
})
