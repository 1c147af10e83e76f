/**
 * The rule, once: screen, verify, purify (ARCHITECTURE.md: The rule).
 *
 * `cascade`: the screen looks at the frame; from `suspicious` on, or where it is asked for, the mapping network M and the
 * classifier C look, too, and the score is C's. `full`: M and C look at once. `screen`: the screen alone, which calls no frame perturbed. Perturbed: C looked
 * and says `flagged` or more. One run of the chain gives C(x) and M(x) together.
 */
import { boxOf } from '../core/box.js'
import { type Calibration, pValue } from '../core/calibration.js'
import { type LevelModel, perturbationLevel } from '../core/level.js'
import type { Mode } from '../core/settings.js'
import type { Score, Verdict } from '../core/verdict.js'

/** I420, width * height * 3 / 2 bytes (purify takes what its chain takes). */
export interface I420Picture {
  readonly pixels: Uint8Array
  readonly width: number
  readonly height: number
}

/** Local log-odds, a cell for each 8x8 pixels or more, in raster order. */
export interface LogitMap {
  readonly cells: Float32Array
  readonly columns: number
  readonly rows: number
}

export interface ChainRun {
  /** M(x), as large as x, in memory of its own. */
  readonly purified: Uint8Array
  /** C(x - M(x)), log-odds. */
  readonly score: number
  /** The network's own estimate of L-inf, 0..1. */
  readonly level: number
  readonly map?: LogitMap
}

export interface Nets {
  screen(picture: I420Picture): Promise<{ readonly score: number; readonly map?: LogitMap }>
  chain(picture: I420Picture): Promise<ChainRun>
}

export interface Rule {
  readonly thresholds: { readonly suspicious: number; readonly flagged: number }
  readonly calibration: Readonly<Record<Mode, Calibration>>
  /** Tells the level of a perturbed frame; null: nothing does, undefined: the network itself. */
  readonly level?: LevelModel | null
}

export interface JudgeOptions {
  readonly mode: Mode | 'screen'
  /** Bring a flagged frame back until C calls it clean; else M is applied once. */
  readonly purify: boolean
  /** Most applications of M to one frame, 1 or more. */
  readonly maxPasses: number
  /** Instead of the bundle's `flagged` and `suspicious`: what stands out from this camera's own past. */
  readonly threshold?: number
  readonly suspicious?: number
  /** In `cascade`: the chain looks whatever the screen says. */
  readonly always?: boolean
}

/** Below this mean change a pass, in steps of 1/255, M has nothing more to take away. */
const SETTLED_STEP = 1

/** The verdict on one picture. Reads `picture`, never writes it. */
export async function judgePicture(
  nets: Nets,
  rule: Rule,
  picture: I420Picture,
  options: JudgeOptions,
): Promise<Verdict> {
  const screened = options.mode === 'full' ? undefined : await nets.screen(picture)
  const calibration = rule.calibration[options.mode === 'full' ? 'full' : 'cascade']
  const screenLogit = screened?.score
  if (screenLogit !== undefined) {
    const score = { logit: screenLogit, screenLogit, p: pValue(calibration, screenLogit) }
    const suspicious = screenLogit >= (options.suspicious ?? rule.thresholds.suspicious)
    if (options.mode === 'screen') return { kind: suspicious ? 'suspicious' : 'clean', score, passes: 0 }
    if (!suspicious && !options.always) return { kind: 'clean', score, passes: 0 }
  }
  const flagged = options.threshold ?? rule.thresholds.flagged
  const run = await nets.chain(picture)
  const seen: Score = {
    logit: run.score,
    screenLogit,
    chainLogit: run.score,
    p: pValue(calibration, run.score),
    ...(rule.level === undefined && { level: run.level }),
  }
  if (run.score < flagged) return { kind: 'clean', score: seen, passes: 0 }
  const map = run.map ?? screened?.map
  const level = rule.level ? await levelHere(nets, rule.level, picture, run, screenLogit) : seen.level
  const score: Score = { ...seen, level, box: map && boxOf(map.cells, map.columns, map.rows) }
  const passes = options.purify ? options.maxPasses : 1
  const { pixels, applied } = await purify(nets.chain, picture, run, flagged, passes)
  return { kind: 'perturbed', score, purified: pixels, passes: applied }
}

/** `screen`: undefined where it has not looked. */
async function levelHere(
  nets: Nets,
  model: LevelModel,
  { pixels, width, height }: I420Picture,
  { purified, score, level }: ChainRun,
  screen?: number,
): Promise<number | undefined> {
  const screened = screen ?? (await nets.screen({ pixels, width, height })).score
  return perturbationLevel(model, {
    before: pixels,
    after: purified,
    width,
    height,
    chain: score,
    screen: screened,
    head: level,
  })
}

/**
 * x_(k+1) = M(x_k) while C calls x_k perturbed, its score falls, M still changes it and k < maxPasses; the x_k that scored
 * lowest. The run that scores x_k makes x_(k+1): the last one has no score and is taken as the scores fell all the way.
 */
export async function purify(
  chain: (picture: I420Picture) => Promise<Pick<ChainRun, 'purified' | 'score'>>,
  picture: I420Picture,
  first: Pick<ChainRun, 'purified'>,
  flagged: number,
  maxPasses: number,
): Promise<{ pixels: Uint8Array; applied: number }> {
  let before = first.purified
  let pixels = first.purified
  let lowest = Number.POSITIVE_INFINITY
  for (let k = 1; k < maxPasses; k++) {
    const run = await chain({ ...picture, pixels })
    if (run.score >= lowest) return { pixels: before, applied: k - 1 }
    if (run.score < flagged || meanStep(pixels, run.purified) < SETTLED_STEP) return { pixels, applied: k }
    lowest = run.score
    before = pixels
    pixels = run.purified
  }
  return { pixels, applied: maxPasses }
}

/** Mean absolute difference in steps of 1/255. */
function meanStep(a: Uint8Array, b: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!)
  return sum / a.length
}
