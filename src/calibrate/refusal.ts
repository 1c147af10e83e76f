/** What no baseline is learned from: a past that is attacked, too short or of several scenes would decide for months. */
import type { Material } from './recorder.js'

export interface CalibrationRefusal {
  readonly reason: string
  readonly remedy: string
}

/** Less clean time than this tells no tail. */
export const LEAST_CLEAN_MS = 60_000
/** Share of observations that may reach the bundle's own threshold of C. */
const MOST_FLAGGED = 0.01
/** A lamp may be switched on; a cut, a turned camera or a wall of clips jumps again. */
const MOST_JUMPS = 1

/** Why `material` is refused; undefined: it may be learned. The most serious reason first. */
export function refusalOf(
  material: Pick<Material, 'learnedMs' | 'observed' | 'flagged' | 'jumps' | 'incidentAfterMs'>,
): CalibrationRefusal | undefined {
  const { learnedMs, observed, flagged, jumps, incidentAfterMs } = material
  const attacked = 'Look at the camera; calibrate it when its picture is clean.'
  if (incidentAfterMs !== undefined) {
    return { reason: `looks attacked, an incident after ${seconds(incidentAfterMs)} s`, remedy: attacked }
  }
  if (flagged > MOST_FLAGGED * observed) {
    const share = ((100 * flagged) / observed).toFixed(1)
    return { reason: `looks attacked, ${share} % of observations are flagged, 1 % at most`, remedy: attacked }
  }
  if (jumps > MOST_JUMPS) {
    return {
      reason: `${jumps} jumps of the whole picture, ${MOST_JUMPS} at most`,
      remedy: 'Record one scene: no cuts, and a camera that stays where it looks.',
    }
  }
  if (learnedMs < LEAST_CLEAN_MS) {
    return {
      reason: `${seconds(learnedMs)} s of clean observations, ${seconds(LEAST_CLEAN_MS)} s at least`,
      remedy: 'Record for longer: --minutes N, or a longer --from FILE.',
    }
  }
  return undefined
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0)
}
