/** A source's scores over time, in a bounded number of steps: what a picture of it needs, however long it is. */
import { type FrameLine, rounded, type TimelineLine } from './lines.js'

const MOST_STEPS = 600
const FIRST_STEP_S = 0.5

export interface ScoreTimeline {
  add(frame: FrameLine): void
  line(source: string): TimelineLine
}

/** Steps of half a second; they double whenever there would be more than 600, so a day takes no more room than five minutes. */
export function startTimeline(): ScoreTimeline {
  let stepS = FIRST_STEP_S
  let max: (number | null)[] = []
  let flagged: number[] = []

  return {
    add(frame) {
      while (frame.t / stepS >= MOST_STEPS) {
        stepS *= 2
        max = inPairs(max, higher, null)
        flagged = inPairs(flagged, (a, b) => a + b, 0)
      }
      const step = Math.floor(frame.t / stepS)
      for (let i = max.length; i <= step; i++) [max[i], flagged[i]] = [null, 0]
      max[step] = higher(max[step]!, frame.score)
      if (frame.flagged) flagged[step]!++
    },
    line: (source) => ({
      type: 'timeline',
      source,
      step_s: stepS,
      max: max.map((score) => (score === null ? null : rounded(score, 2))),
      flagged,
    }),
  }
}

function higher(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}

function inPairs<T>(values: readonly T[], join: (a: T, b: T) => T, missing: T): T[] {
  return Array.from({ length: Math.ceil(values.length / 2) }, (_, i) =>
    join(values[2 * i]!, 2 * i + 1 < values.length ? values[2 * i + 1]! : missing),
  )
}
