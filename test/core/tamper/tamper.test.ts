import { describe, expect, test } from 'vitest'
import { DEFAULT_CAMERA } from '../../../src/config/defaults.js'
import { lightOf } from '../../../src/core/baseline/light.js'
import { enterRegime, type RegimeState } from '../../../src/core/baseline/regime.js'
import type { Incident } from '../../../src/core/incident.js'
import { lumaHistogram } from '../../../src/core/settle.js'
import { TAMPER_KINDS, type TamperKind, type TamperSettings } from '../../../src/core/tamper/kinds.js'
import type { TamperPasts } from '../../../src/core/tamper/past.js'
import { printOf } from '../../../src/core/tamper/print.js'
import { startTamper, type TamperState, tamper } from '../../../src/core/tamper/tamper.js'
import { viewOf } from '../../../src/core/tamper/view.js'
import { blurred, type Change, HEIGHT, type Luma, mapped, passing, scene, sensor, WIDTH } from './scene.js'

const RATE = 10
const QUIET_S = 16
const usual = DEFAULT_CAMERA.tamper
const street = scene()

interface Stretch {
  readonly seconds: number
  readonly change?: Change
  /** Milliseconds without a frame before it. */
  readonly gapMs?: number
  readonly chroma?: number
}

/** A camera's life; `quiet` first. Returns what was raised, with seconds from the end of the quiet time. */
function live(
  stretches: readonly Stretch[],
  kinds: TamperSettings = usual,
  from?: { state: TamperState; pasts: TamperPasts },
) {
  const picture = sensor()
  let { state, pasts } = from ?? { state: startTamper(), pasts: {} }
  let regime: RegimeState | undefined
  let atMs = 0
  let index = 0
  const recorded: Uint8Array<ArrayBuffer>[] = []
  const changes: { readonly afterS: number; readonly incident: Incident }[] = []
  for (const { seconds, change, gapMs = 0, chroma } of [{ seconds: QUIET_S } as Stretch, ...stretches]) {
    atMs += gapMs
    for (let i = 0; i < seconds * RATE; i++, index++, atMs += 1000 / RATE) {
      const luma = passing(street, index / RATE)
      const shown = change ? change(luma, i / RATE, index) : luma
      const replayed =
        shown.length === 0 ? recorded[recorded.length - 1 - ((recorded.length - 1 - i) % REPLAYED)] : undefined
      const pixels = replayed ?? (shown === street ? recorded.at(-1)! : picture(shown, chroma))
      if (recorded.length < QUIET_S * RATE) recorded.push(pixels)
      const frame = { pixels, width: WIDTH, height: HEIGHT }
      regime = enterRegime(regime, lightOf(frame), atMs)
      const observed = index % (RATE / 5) === 0
      const seen = { atMs, damaged: false, histogram: lumaHistogram(frame), print: printOf(frame) }
      const decision = { kinds, falseAlarmsPerDay: 0.1, clearAfterMs: 5_000 }
      const [next, learned, incident] = tamper(
        state,
        observed ? { ...seen, view: viewOf(frame) } : seen,
        pasts,
        regime.regime,
        decision,
        () => `t-${index}`,
      )
      state = next
      pasts = learned
      if (incident) changes.push({ afterS: atMs / 1000 - QUIET_S, incident })
    }
  }
  return { state, pasts, changes, told: changes.map(({ incident }) => `${incident.phase} ${incident.kind}`) }
}

const REPLAYED = 47
/** The last frame of the quiet time again and again. */
const frozen: Change = () => street
/** The last REPLAYED frames of the quiet time, again and again. */
const loop: Change = () => new Float32Array(0)

const hand = mapped(street, (_, x, y) => 70 + x / 16 + y / 24)
const shifted = (luma: Luma, by: number) => mapped(luma, (_, x, y) => luma[y * WIDTH + Math.abs((x + by) % WIDTH)]!)
const veil = (luma: Luma, share: number) => mapped(luma, (value) => value * (1 - share) + 150 * share)

const tampers: Readonly<Record<TamperKind, Change>> = {
  covered: () => hand,
  defocused: (luma) => blurred(luma, 4),
  turned: (luma) => shifted(luma, 60),
  dark: (luma) => mapped(luma, () => 17),
  bright: (luma) => mapped(luma, (value, x, y) => (Math.hypot(x - 160, y - 96) < 110 ? 235 : value)),
  frozen,
  loop,
  flicker: (luma, _, i) => mapped(luma, (value, _x, y) => value * (1 + 0.2 * Math.sin(y / 8 + i * 1.7))),
}

describe('what is done to a camera', () => {
  test.each(TAMPER_KINDS)('%s is raised within 10 s by its name', (kind) => {
    const { changes, told } = live([{ seconds: 12, change: tampers[kind] }])
    expect(told[0]).toBe(`raised ${kind}`)
    expect(changes[0]!.afterS).toBeGreaterThan(0)
    expect(changes[0]!.afterS).toBeLessThanOrEqual(10)
  })

  test.each(TAMPER_KINDS)('%s raises nothing where it is switched off', (kind) => {
    const off = Object.fromEntries(TAMPER_KINDS.map((one) => [one, { ...usual[one], enabled: false }]))
    expect(live([{ seconds: 12, change: tampers[kind] }], off as unknown as TamperSettings).told).toEqual([])
  })

  test('is cleared when the camera shows its scene again', () => {
    const { told } = live([{ seconds: 9, change: tampers.covered }, { seconds: 25 }])
    expect(told).toEqual(['raised covered', 'cleared covered'])
  })

  test('a little out of focus is a matter of sensitivity', () => {
    const slightly: Stretch[] = [{ seconds: 12, change: (luma) => blurred(luma, 1) }]
    expect(live(slightly).told).toEqual([])
    expect(live(slightly, { ...usual, defocused: { enabled: true, sensitivity: 4 } }).told).toEqual([
      'raised defocused',
    ])
  })

  test('a camera that is turned bit by bit does not teach its new view', () => {
    const { told } = live([{ seconds: 60, change: (luma, t) => shifted(luma, Math.floor(t)) }])
    expect(told[0]).toBe('raised turned')
  })
})

describe('what passes before a camera', () => {
  const half = (luma: Luma, share: number) =>
    mapped(luma, (value, x, y) => (x < WIDTH * share && y > 10 ? 90 + 40 * Math.sin(x / 9) * Math.sin(y / 11) : value))
  const nothing: Readonly<Record<string, readonly Stretch[]>> = {
    'nobody and nothing': [{ seconds: 40 }],
    'a scene in which nothing moves': [{ seconds: 30, change: (luma) => passing(luma, 100) }],
    'a lorry that stops over two thirds of the view': [{ seconds: 30, change: (luma) => half(luma, 0.67) }],
    'somebody who looks into the lens for 3 s': [{ seconds: 3, change: () => hand }, { seconds: 15 }],
    headlights: [
      {
        seconds: 20,
        change: (luma) =>
          mapped(luma, (value, x, y) => Math.min(235, value + 220 * Math.exp(-((x - 100) ** 2 + (y - 90) ** 2) / 400))),
      },
    ],
    fog: [{ seconds: 30, change: (luma, t) => veil(luma, Math.min(0.7, t / 20)) }],
    dusk: [
      { seconds: 30, change: (luma, t) => mapped(luma, (value) => 16 + (value - 16) * Math.max(0.3, 1 - t / 10)) },
    ],
    'a lamp that goes out': [{ seconds: 20, change: (luma) => mapped(luma, (value) => 16 + (value - 16) * 0.35) }],
    'the infra-red filter': [{ seconds: 20, chroma: 0 }],
    'light that beats with the mains': [
      { seconds: 20, change: (luma, _, i) => mapped(luma, (value) => value * (1 + 0.12 * Math.sin(i * 2.1))) },
    ],
    'a restart of the camera': [{ seconds: 3, gapMs: 25_000, change: (luma) => blurred(luma, 5) }, { seconds: 20 }],
  }
  test.each(Object.entries(nothing))('%s raises nothing', (_, stretches) => {
    expect(live(stretches).told).toEqual([])
  })

  test('a PTZ camera shows the views that it is said to have without an alarm, and no more', () => {
    const tour: Stretch[] = [
      { seconds: 10, change: (luma) => shifted(luma, 100) },
      { seconds: 10, change: (luma) => shifted(luma, 200) },
      { seconds: 10 },
      { seconds: 10, change: (luma) => shifted(luma, 100) },
    ]
    const three = { ...usual, turned: { ...usual.turned, views: 3 } }
    const toured = live(tour, three)
    expect(toured.told).toEqual([])
    expect(toured.pasts.colour?.views).toHaveLength(3)
    expect(live([...tour, { seconds: 10, change: (luma) => blurred(shifted(luma, 47), 0) }], three).told).toEqual([
      'raised turned',
    ])
  })
})
