import { describe, expect, test } from 'vitest'
import { DEFAULT_CAMERA } from '../../src/config/defaults.js'
import { priorsOf } from '../../src/core/baseline/priors.js'
import type { Light } from '../../src/core/baseline/regime.js'
import { type Frame, i420Bytes } from '../../src/core/frame.js'
import type { Incident } from '../../src/core/incident.js'
import type { Verdict } from '../../src/core/verdict.js'
import {
  baselineFacts,
  type JudgedFrame,
  judgedFrame,
  nextLook,
  riseOf,
  startWatch,
  type Watched,
  type WatchState,
  watch,
  watchSettings,
} from '../../src/core/watch.js'
import { normals } from '../fixtures/random.js'

const thresholds = { suspicious: -0.5, flagged: 0 }
const priors = { ...priorsOf(thresholds), chain: { ...priorsOf(thresholds).chain, ceiling: -0.9 } }
const bundle = { thresholds, priors }
const camera: Watched = {
  detection: { threshold: 'auto', margin: 'auto', falseAlarmsPerDay: 0.1, clearAfterMs: 10_000, raiseWithinMs: 'auto' },
  tamper: DEFAULT_CAMERA.tamper,
  frame: { rate: 5 },
}
const settings = watchSettings(camera, bundle)
const withDetection = (over: Partial<Watched['detection']>) =>
  watchSettings({ ...camera, detection: { ...camera.detection, ...over } }, bundle)

const street = Array.from({ length: 32 }, () => 1 / 32)
const wall = Array.from({ length: 32 }, (_, i) => (i === 20 ? 1 : 0))
const day: Light = { luma: 110, chroma: 8 }
const infrared: Light = { luma: 90, chroma: 0.5 }

/** A stretch of a camera's life, 5 observations a second: the levels of its signals, and how far they stray. */
interface Stretch {
  readonly seconds: number
  readonly screen?: number
  readonly chain?: number
  readonly noise?: number
  readonly stray?: number
  readonly light?: Light
  readonly histogram?: readonly number[]
  readonly damaged?: boolean
}

function live(stretches: readonly Stretch[], from: WatchState = startWatch(), seed = 1, using = settings) {
  const normal = normals(seed)
  let state = from
  let atMs = 0
  const changes: { readonly atS: number; readonly incident: Incident }[] = []
  const drifts: string[] = []
  for (const { seconds, screen = -2, chain = -1.46, noise = 0, stray = 0.02, ...rest } of stretches) {
    for (let i = 0; i < seconds * 5; i++, atMs += 200) {
      const chainLogit = chain + stray * normal()
      const score = { logit: chainLogit, screenLogit: screen + 5 * stray * normal(), chainLogit, p: 0.01 }
      const flagged = chainLogit >= nextLook(state, using, atMs).flagged
      const verdict = flagged
        ? ({ kind: 'perturbed', score, purified: new Uint8Array(), passes: 1 } as const)
        : ({ kind: 'clean', score, passes: 0 } as const)
      const frame = { atMs, verdict, noise, damaged: rest.damaged ?? false, histogram: rest.histogram ?? street }
      const [next, effects] = watch(state, { ...frame, light: rest.light ?? day }, using, () => `incident-${atMs}`)
      state = next
      for (const effect of effects) {
        if (effect.type === 'incident') changes.push({ atS: atMs / 1000, incident: effect.incident })
        else drifts.push(effect.signal)
      }
    }
  }
  return { state, changes, drifts, phases: changes.map((c) => c.incident.phase) }
}

describe('against the camera’s own past', () => {
  test('a score that is common on other cameras raises within a second where this one never had it', () => {
    const { changes, phases } = live([{ seconds: 4 }, { seconds: 3, screen: 0.4, chain: -0.4 }])
    expect(phases).toEqual(['raised'])
    expect(changes[0]!.atS - 4).toBeLessThanOrEqual(1)
  })

  test('the same score is this camera’s ordinary one, and raises nothing in ten minutes', () => {
    expect(live([{ seconds: 600, screen: -0.6, chain: -1.0, stray: 0.04 }]).phases).toEqual([])
  })

  test('an attack that was there from the first frame is judged by what all cameras show', () => {
    const { changes, phases } = live([{ seconds: 10, screen: 1.5, chain: 1 }])
    expect(phases).toEqual(['raised'])
    expect(changes[0]!.atS).toBeLessThanOrEqual(2)
  })

  test('a camera that strays widely by itself is not called attacked when it does so again', () => {
    const { phases } = live([{ seconds: 900, stray: 0.15 }])
    expect(phases).toEqual([])
  })

  test('strong noise is found by itself, and by its name, though the networks see nothing', () => {
    const { changes, phases } = live([{ seconds: 10 }, { seconds: 4, noise: 3.2, screen: -2.6 }])
    expect(phases).toEqual(['raised'])
    expect(changes[0]!.incident.kind).toBe('noise')
  })

  test('defocus, which takes noise and score away, raises nothing', () => {
    expect(
      live([
        { seconds: 30, noise: 1 },
        { seconds: 60, noise: 0.1, screen: -2.7 },
      ]).phases,
    ).toEqual([])
  })
})

describe('over time', () => {
  test('an attack is one incident, from raised to cleared', () => {
    const { phases, changes } = live([{ seconds: 10 }, { seconds: 10, screen: 2, chain: 1 }, { seconds: 20 }])
    expect(phases).toEqual(['raised', 'cleared'])
    expect(changes[1]!.incident.id).toBe(changes[0]!.incident.id)
    expect(changes[1]!.atS - 20).toBeGreaterThan(10)
  })

  test('a ramp over ten minutes is not followed, and raises', () => {
    const ramp = Array.from({ length: 120 }, (_, i) => ({ seconds: 5, screen: -2 + i * 0.03, chain: -1.46 + i * 0.02 }))
    const { phases } = live([{ seconds: 660 }, ...ramp])
    expect(phases[0]).toBe('raised')
  })

  test('damaged frames raise nothing', () => {
    expect(live([{ seconds: 10 }, { seconds: 60, screen: 2, chain: 1, damaged: true }]).phases).toEqual([])
  })

  test('what was there before a guard was replaced is carried on, and cleared once it is over', () => {
    const { state, changes } = live([{ seconds: 10 }, { seconds: 4, screen: 2, chain: 1 }])
    const open = changes[0]!.incident
    const { changes: later } = live([{ seconds: 20 }], startWatch([open], state.baseline))
    expect(later.map(({ incident }) => [incident.phase, incident.id])).toEqual([['cleared', open.id]])
  })
})

describe('when the whole picture changes', () => {
  const night = { light: infrared, histogram: wall }

  test('infra-red is another past: nothing is raised, and the day is not forgotten', () => {
    const { state, phases } = live([
      { seconds: 60 },
      { seconds: 60, ...night, screen: -1.2, chain: -1.2 },
      { seconds: 60 },
    ])
    expect(phases).toEqual([])
    expect(Object.keys(state.baseline.regimes).sort()).toEqual(['colour', 'mono'])
    expect(state.baseline.regimes.colour!.learnedMs).toBeGreaterThan(90_000)
  })

  test('an attack that comes with the change is found all the same', () => {
    const { phases } = live([{ seconds: 60 }, { seconds: 8, ...night, screen: 2.5, chain: 2 }])
    expect(phases).toEqual(['raised'])
  })

  test('two seconds of settling raise nothing, but an attack that outlasts them is raised', () => {
    const cut = { histogram: wall }
    const { changes } = live([{ seconds: 10 }, { seconds: 1.8, ...cut, chain: 2 }, { seconds: 10, ...cut }])
    expect(changes).toEqual([])
  })
})

describe('thresholds that are turned', () => {
  const faint = [{ seconds: 10 }, { seconds: 10, chain: -0.8, screen: -1.9 }]

  test('a threshold below the scores of a faint attack raises it; far above, its own margin decides alone', () => {
    const narrow = withDetection({ threshold: -0.9, margin: 3 })
    const wide = withDetection({ threshold: 3, margin: 3 })
    expect(live(faint, startWatch(), 1, narrow).phases).toEqual(['raised'])
    expect(live(faint, startWatch(), 1, wide).phases).toEqual([])
  })

  test('a margin below its rise raises it, one above does not', () => {
    expect(live(faint, startWatch(), 1, withDetection({ margin: 0.4 })).phases).toEqual(['raised'])
    expect(live(faint, startWatch(), 1, withDetection({ margin: 2 })).phases).toEqual([])
  })

  test('fewer false alarms cost time, a time to raise costs false alarms', () => {
    const plain = [{ seconds: 10 }, { seconds: 10, chain: -0.75, screen: -1.2 }]
    const at = (using: typeof settings) => live(plain, startWatch(), 1, using).changes[0]!.atS
    expect(at(withDetection({ falseAlarmsPerDay: 0.0001 }))).toBeGreaterThan(
      at(withDetection({ falseAlarmsPerDay: 1000 })),
    )
    expect(at(withDetection({ raiseWithinMs: 400 }))).toBeLessThan(at(settings))
  })
})

describe('what the networks are asked for', () => {
  test('a chain run for each observation until C has a level, then now and then', () => {
    const { state } = live([{ seconds: 20 }])
    expect(nextLook(startWatch(), settings, 0)).toMatchObject({ verify: true, always: true })
    expect(nextLook(state, settings, 20_000)).toMatchObject({ verify: true, always: false })
    expect(nextLook(state, settings, 27_000)).toMatchObject({ verify: true, always: true })
  })

  test('nothing of the chain between observations: a suspicious scene costs no more than five runs a second', () => {
    const { state } = live([{ seconds: 20 }])
    expect(nextLook(state, watchSettings({ ...camera, frame: { rate: 15 } }, bundle), 19_870).verify).toBe(false)
  })

  test('suspicious is what stands out from this camera, not from all', () => {
    const quiet = live([{ seconds: 20 }]).state
    const busy = live([{ seconds: 20, screen: -0.8 }]).state
    const at = (state: WatchState) => nextLook(state, settings, 20_000).suspicious
    expect(at(quiet)).toBeLessThan(-0.5)
    expect(at(busy)).toBeGreaterThan(-0.3)
  })

  test('all passes of the mapping network once an incident is near, not before', () => {
    expect(nextLook(startWatch(), settings, 0).purify).toBe(false)
    const { state } = live([{ seconds: 10 }, { seconds: 0.4, screen: 2, chain: 1 }])
    expect(nextLook(state, settings, 10_400).purify).toBe(true)
  })
})

describe('a suspicious scene at 15 frames a second', () => {
  const fast = watchSettings({ ...camera, frame: { rate: 15 } }, bundle)
  const score = { logit: 4, screenLogit: 3, chainLogit: 4, p: 1e-6 }
  const unverified: Verdict = { kind: 'suspicious', score: { logit: 3, screenLogit: 3, p: 1e-6 }, passes: 0 }
  const verified: Verdict = { kind: 'perturbed', score, purified: new Uint8Array(), passes: 1 }
  const asked = (state: WatchState, atMs: number) => nextLook(state, fast, atMs).verify

  /** All frames are an attack to the chain, which runs where `verify` says. */
  function suspicious(seconds: number, verify: (state: WatchState, atMs: number) => boolean, damaged = false) {
    let state = startWatch()
    const ran: number[] = []
    const incidents: Incident[] = []
    for (let i = 0; i < seconds * 15; i++) {
      const atMs = (i * 1_000) / 15
      const looks = verify(state, atMs)
      if (looks) ran.push(atMs)
      const frame = { atMs, verdict: looks ? verified : unverified, noise: 0, damaged, histogram: street, light: day }
      const [next, effects] = watch(state, frame, fast, () => 'new')
      state = next
      for (const effect of effects) if (effect.type === 'incident') incidents.push(effect.incident)
    }
    return { ran, incidents }
  }

  test('has five runs of the chain a second at most, and raises as soon as if it ran on each frame', () => {
    const bounded = suspicious(60, asked)
    const always = suspicious(60, () => true)
    expect(bounded.ran.length).toBeLessThanOrEqual(60 * 5)
    const raised = ({ phase, raisedAtMs }: Incident) => [phase, raisedAtMs]
    expect(bounded.incidents.map(raised)).toEqual(always.incidents.map(raised))
    expect(bounded.incidents[0]!.phase).toBe('raised')
  })

  test('has no more while nothing is observed, as the stream is damaged', () => {
    const { ran, incidents } = suspicious(60, asked, true)
    expect([ran.length <= 60 * 5, incidents]).toEqual([true, []])
  })

  test('raises nothing by suspicion that nobody has verified', () => {
    expect(suspicious(60, () => false).incidents).toEqual([])
  })
})

test('people see which past decides, and from which rise a frame is flagged', () => {
  const stage = (state: WatchState) => baselineFacts(state, settings).stage
  expect(stage(startWatch())).toBe('bundle')
  expect(stage(live([{ seconds: 30 }]).state)).toBe('provisional')
  const { state } = live([{ seconds: 660 }])
  expect(baselineFacts(state, settings)).toMatchObject({ stage: 'own', regime: 'colour' })
  expect(baselineFacts(state, settings).margin).toBeLessThan(1)
  const moving = live([{ seconds: 660, stray: 0.3 }]).state
  expect(baselineFacts(moving, settings).margin).toBeGreaterThan(1)
})

test("a score is held against the level of the network that gave it: the screen's and the chain's are two", () => {
  const rise = (state: WatchState, score: Verdict['score']) =>
    riseOf(state, { kind: 'clean', score, passes: 0 }, settings, 0)
  const screened = { logit: -1.5, screenLogit: -1.5, p: 0.5 }
  const verified = { ...screened, logit: -1, chainLogit: -1 }
  expect([rise(startWatch(), screened), rise(startWatch(), verified)]).toEqual([undefined, undefined])
  const { state } = live([{ seconds: 60, screen: -2, chain: -1.46 }])
  expect(rise(state, screened)).toBeCloseTo(0.5, 1)
  expect(rise(state, verified)).toBeCloseTo(0.46, 1)
})

test('a level that leaves what was learned is reported once, and not followed', () => {
  const { drifts, state } = live([{ seconds: 660 }, { seconds: 600, chain: -1.05, screen: -1.6 }])
  expect(drifts).toEqual(['chain'])
  expect(state.baseline.regimes.colour!.signals.chain.anchor).toBeLessThan(-1.4)
})

test('an attack that creeps up on a camera of a few seconds is not learned, and raises', () => {
  const creeping = Array.from({ length: 100 }, (_, i) => ({
    seconds: 5,
    chain: -1.46 + 0.05 * i,
    screen: -2 + 0.05 * i,
  }))
  const { changes } = live([{ seconds: 4 }, ...creeping])
  expect(changes[0]?.incident.phase).toBe('raised')
  expect(changes[0]!.incident.score).toBeLessThan(2)
})

test('what is measured of a frame needs no pixels any more, and what was removed belongs to perturbed frames alone', () => {
  const [width, height] = [64, 64]
  const pixels = new Uint8Array(i420Bytes(width, height)).fill(100)
  const frame: Frame = { cameraId: 'gate', seq: 0, capturedAtMs: 7, width, height, pixels, damaged: false }
  const score = { logit: 12, screenLogit: 9, chainLogit: 12, p: 1e-9, level: 0.03 }
  const purified = pixels.map((v) => v - 4)
  const judged: JudgedFrame = judgedFrame(frame, { kind: 'perturbed', score, purified, passes: 1 })
  expect([judged.atMs, judged.damaged, judged.light.luma]).toEqual([7, false, 100])
  expect(judged.histogram[100 >> 3]).toBe(1)
  expect(judged.removal?.every((v) => v === 4)).toBe(true)
  expect(judgedFrame({ ...frame, encodedBytes: 812 }, { kind: 'clean', score, passes: 0 })).toMatchObject({
    encodedBytes: 812,
  })
})
