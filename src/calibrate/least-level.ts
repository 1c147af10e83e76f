/** The weakest attack that would raise at a camera within a second: perturbations of falling strength on its own frames. */
import { readPattern } from '../camera/pattern-file.js'
import { lumaNoise } from '../core/baseline/noise.js'
import type { Signal } from '../core/baseline/signals.js'
import { accumulate, NO_EVIDENCE, OBSERVE_EVERY_MS } from '../core/evidence.js'
import type { Frame } from '../core/frame.js'
import { type Pattern, perturbation, randomSigns, tiled, UNIVERSAL_PATTERN } from '../core/perturbation.js'
import type { Engine } from '../inference/engine.js'
import { bandLimited } from './band-limited.js'

/** L-inf in code values of 8-bit luma; null: not even the strongest that was tried (32). `codec`: what the frames went through. */
export interface LeastLevels {
  readonly codec: string
  readonly pattern: number | null
  readonly noise: number | null
  /** The unperturbed frames raised after the codec: nothing can be said. */
  readonly control_raised: boolean
}

export const LEVELS = [32, 24, 16, 12, 8, 6, 4, 3, 2] as const
/** Observations of a second. */
const SECOND = 1000 / OBSERVE_EVERY_MS

export interface LeastLevelParts {
  readonly engine: Pick<Engine, 'judge'>
  /** Name of the codec, and frames as it leaves them. */
  readonly codec: string
  through(frames: readonly Frame[]): Promise<readonly Frame[]>
  /** Log of the e-value of an observation with these values, and the nats at which the decision raises. */
  lnEOf(values: Readonly<Record<Signal, number>>): number
  readonly bound: number
}

/** `frames`: some of the camera's own, clean. Rejects as `through` and the networks do. */
export async function leastLevels(frames: readonly Frame[], parts: LeastLevelParts): Promise<LeastLevels> {
  const { width, height } = frames[0]!
  const universal = tiled(await readPattern(UNIVERSAL_PATTERN), width, height)
  const noises = frames.map((_, i) => bandLimited(randomSigns(width, height, i + 1)))
  const none = { codec: parts.codec, pattern: null, noise: null }
  if ((await raised(frames, parts)).some(Boolean)) return { ...none, control_raised: true }
  const pattern = await least(frames, () => universal, parts)
  const noise = await least(frames, (i) => noises[i]!, parts)
  return { ...none, pattern, noise, control_raised: false }
}

/** From the strongest down, until a second of frames does not raise wherever it begins. */
async function least(
  frames: readonly Frame[],
  patternOf: (frame: number) => Pattern,
  parts: LeastLevelParts,
): Promise<number | null> {
  let found: number | null = null
  for (const level of LEVELS) {
    const perturbed = frames.map((frame, i) => {
      const pixels = frame.pixels.slice()
      perturbation(patternOf(i), level).addTo(pixels)
      return { ...frame, pixels }
    })
    if (!(await raised(perturbed, parts)).every(Boolean)) break
    found = level
  }
  return found
}

/** For a second that begins at each of the frames, one after the other and round again: whether the decision raises. */
async function raised(frames: readonly Frame[], parts: LeastLevelParts): Promise<boolean[]> {
  const lnEs: number[] = []
  for (const frame of await parts.through(frames)) {
    const noise = lumaNoise(frame)
    const look = { mode: 'cascade', always: true, purify: false, maxPasses: 1, threshold: Number.MAX_VALUE } as const
    const { score } = (await parts.engine.judge(frame, look)).verdict
    lnEs.push(parts.lnEOf({ screen: score.screenLogit!, chain: score.chainLogit!, noise }))
  }
  return raisesFromEach(lnEs, parts.bound)
}

/** `lnEs` of 1 or more observations, taken as a ring. */
export function raisesFromEach(lnEs: readonly number[], bound: number): boolean[] {
  return lnEs.map((_, first) => {
    let evidence = NO_EVIDENCE
    for (let i = 0; i < SECOND; i++) {
      evidence = accumulate(evidence, lnEs[(first + i) % lnEs.length]!, OBSERVE_EVERY_MS)
      if (evidence.nats >= bound) return true
    }
    return false
  })
}
