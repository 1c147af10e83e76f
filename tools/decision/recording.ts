/** What was measured of a source's frames, kept so that the decision can be made again without networks or pixels. */
import { readFileSync } from 'node:fs'
import type { JudgedFrame } from '../../src/core/watch.js'

/**
 * One observation, 5 a second. `screen`, `chain`: log-odds, both always asked; `p`: rarity of the score that is C's among all
 * cameras' clean ones; the rest as in `JudgedFrame`.
 */
export interface Recorded extends Pick<JudgedFrame, 'atMs' | 'damaged' | 'histogram' | 'light' | 'noise'> {
  readonly screen: number
  readonly chain: number
  readonly level?: number
  readonly p: number
}

/** Reads a file of `record.ts`: a JSON object a line. */
export function readRecording(path: string): Recorded[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Recorded)
}
