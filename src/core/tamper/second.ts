/** A second of a camera's pictures, measured: from its looks and prints to the signals of tamper. */
import type { Regime } from '../baseline/regime.js'
import { select } from '../select.js'
import { knownOf, levelOf, type Match, type TamperPasts } from './past.js'
import type { Print } from './print.js'
import type { TamperMeasurements } from './signals.js'
import { stripesOf } from './stripes.js'
import type { View } from './view.js'

/** One look at a picture. */
export interface TamperLook {
  readonly view: View
  /** Luma that a twentieth of the picture lies above. */
  readonly highlights: number
  readonly match?: Match
  /** Change of a cell's brightness since the look before that a fiftieth of the cells exceed, in luma. */
  readonly change?: number
}

/** `highlights`: says who hides a scene that is lost. */
export interface Second {
  readonly atMs: number
  readonly measured: TamperMeasurements
  readonly highlights: number
}

/** The least change that is told apart from none: the encoder's rounding. */
const LEAST_CHANGE = 0.05
/** Limited range of luma, ITU-R BT.601-7 2.5.3; highlights that lie less above black than DIM are alike. */
const [BLACK, WHITE, DIM] = [16, 235, 4]
/** A picture that repeats itself is known by its showing the scene as ever: what is new and stands still repeats itself, too. */
const AS_EVER = 0.3
/** Beyond this nothing in the picture changes by more than a quarter of a step: it is frozen, and no loop is told. */
const STILL = 1.2

/** `before`: the look before; `histogram`: settle.ts. */
export function lookAt(view: View, histogram: readonly number[], match: Match | undefined, before?: View): TamperLook {
  const change = before?.means.length === view.means.length ? largestChange(before, view) : undefined
  return { view, highlights: highlightsOf(histogram), match, change }
}

/**
 * The least suspicious look of a second stands for it. `loop`: its likeness with what was seen before; undefined: unknown.
 * undefined: there was no look.
 */
export function secondOf(
  looks: readonly TamperLook[],
  prints: readonly Print[],
  loop: number | undefined,
  atMs: number,
  pasts: TamperPasts,
  regime: Regime,
): Second | undefined {
  const fresh = looks.filter(({ change }) => change !== undefined)
  if (fresh.length === 0) return undefined
  const highlights = Math.max(...fresh.map((look) => look.highlights))
  const gloom = Math.log((WHITE - BLACK + DIM) / (Math.max(0, highlights - BLACK) + DIM))
  const against = againstView(fresh)
  const white = Math.min(...fresh.map(({ view }) => view.white))
  const stripes = prints.length > 0 ? { stripes: stripesOf(prints) } : {}
  const asEver = Math.max(0, ...Object.values(against), gloom - levelOf(knownOf(pasts, regime, 'gloom'), 'gloom'))
  const repeats = asEver > AS_EVER ? {} : repeating(fresh, loop)
  return { atMs, measured: { ...against, gloom, white, ...stripes, ...repeats }, highlights }
}

function againstView(looks: readonly TamperLook[]): TamperMeasurements {
  const seen = looks.flatMap(({ match }) => match?.likeness.seen ?? [])
  const sharper = looks.flatMap(({ match }) => (match?.own ? (match.likeness.sharper ?? []) : []))
  const contrast = looks.flatMap(({ match }) => match?.likeness.contrast ?? [])
  return {
    ...(seen.length > 0 && { lost: 1 - Math.max(...seen) }),
    ...(sharper.length > 0 && { blur: -Math.max(...sharper) }),
    ...(contrast.length > 0 && { veil: -Math.max(...contrast) }),
  }
}

function repeating(looks: readonly TamperLook[], loop: number | undefined): TamperMeasurements {
  const still = -Math.log(Math.max(...looks.map(({ change }) => change!)) + LEAST_CHANGE)
  return loop === undefined || still > STILL ? { still } : { still, loop }
}

function highlightsOf(histogram: readonly number[]): number {
  const width = 256 / histogram.length
  let above = 0
  for (let bin = histogram.length - 1; bin >= 0; bin--) {
    const share = histogram[bin]!
    if (above + share >= 0.05) return (bin + 1 - (0.05 - above) / share) * width
    above += share
  }
  return 0
}

/** A clock that is burnt in does not count. */
function largestChange(a: View, b: View): number {
  const changes = a.means.map((value, i) => Math.abs(value - b.means[i]!))
  return select(changes, Math.floor(changes.length * 0.98))
}
