/** What a calibration keeps of a camera's frames, by the rules of `core/watch`: the decision is the one of a guard. */
import { type Baseline, expectedLevel, LEARN_AFTER_MS, learn } from '../core/baseline/baseline.js'
import { SIGNALS, type Signal } from '../core/baseline/signals.js'
import { settle } from '../core/settle.js'
import { type JudgedFrame, nextLook, startWatch, type WatchSettings, watch } from '../core/watch.js'

/** A clean look at the camera: each signal's value, and how far it strayed from the level expected then. */
export interface Observation {
  readonly atMs: number
  readonly values: Readonly<Record<Signal, number>>
  readonly strays: Readonly<Record<Signal, number>>
}

/** Of one recording; `flagged` of `observed`: how many times C reached the bundle's own threshold. */
export interface Material {
  readonly observations: readonly Observation[]
  readonly baseline: Baseline
  /** Clean time that was learned from, in all lights. */
  readonly learnedMs: number
  readonly observed: number
  readonly flagged: number
  /** How often the whole picture changed at once. */
  readonly jumps: number
  /** First incident, in milliseconds from the first frame. */
  readonly incidentAfterMs?: number
}

export interface Recorder {
  /** Log-odds of C from which the next frame is flagged. */
  flaggedAt(atMs: number): number
  take(frame: JudgedFrame): void
  /** What has come of it; the last seconds are learned, too. */
  material(): Material
}

/** `flagged`: the bundle's threshold of C. Pure but for what it holds. */
export function recorder(settings: WatchSettings, flagged: number): Recorder {
  const { priors } = settings.suspicion
  const observations: Observation[] = []
  const count = { observed: 0, flagged: 0, jumps: 0 }
  let state = startWatch()
  let [firstMs, lastMs]: [number | undefined, number] = [undefined, 0]
  let incidentAfterMs: number | undefined

  return {
    flaggedAt: (atMs) => nextLook(state, settings, atMs).flagged,
    take(frame) {
      const { atMs } = frame
      firstMs ??= atMs
      lastMs = atMs
      count.observed++
      if ((frame.verdict.score.chainLogit ?? Number.NEGATIVE_INFINITY) >= flagged) count.flagged++
      const [settled, settling] = settle(state.settle, frame.histogram, atMs)
      if (settled.jumpsMs !== state.settle.jumpsMs) count.jumps++
      const observation = settling || frame.damaged ? undefined : observe(frame, state.baseline)
      if (observation) observations.push(observation)
      const [next, effects] = watch(state, frame, settings, () => 'calibration')
      state = next
      if (effects.some(({ type }) => type === 'incident')) incidentAfterMs ??= atMs - firstMs
    },
    material() {
      const baseline = learn(state.baseline, lastMs + LEARN_AFTER_MS, priors)
      const learnedMs = Object.values(baseline.regimes).reduce((sum, regime) => sum + regime.learnedMs, 0)
      return { observations, baseline, learnedMs, ...count, ...(incidentAfterMs !== undefined && { incidentAfterMs }) }
    },
  }

  /** undefined while the camera has no level yet. */
  function observe({ atMs, verdict, noise }: JudgedFrame, baseline: Baseline): Observation | undefined {
    const { screenLogit, chainLogit } = verdict.score
    if (screenLogit === undefined || chainLogit === undefined || noise === undefined) return undefined
    const values = { screen: screenLogit, chain: chainLogit, noise }
    const strays = { screen: 0, chain: 0, noise: 0 }
    for (const signal of SIGNALS) {
      const level = expectedLevel(baseline, signal, priors[signal], atMs)
      if (level === undefined) return undefined
      strays[signal] = values[signal] - level
    }
    return { atMs, values, strays }
  }
}
