/** What was measured of a source's frames, kept so that the decision can be made again without networks or pixels. */
import { readFileSync } from 'node:fs'
import type { JudgedFrame } from '../../src/core/watch.js'

/** One observation, 5 a second, of which the chain may not have been asked. */
export interface Sampled extends Pick<JudgedFrame, 'atMs' | 'damaged' | 'histogram' | 'light' | 'noise'> {
  /** Log-odds of the networks. */
  readonly screen: number
  readonly chain?: number
  readonly level?: number
  /** Rarity of the score that is C's among all cameras' clean ones. */
  readonly p: number
}

/** One observation for which both networks were asked. */
export interface Recorded extends Sampled {
  readonly chain: number
}

/** Reads a file of `record.ts`: a JSON object a line. */
export function readRecording(path: string): Recorded[] {
  return lines(path).map((line) => JSON.parse(line) as Recorded)
}

/** Reads a file of `record.ts --sampled`. */
export function readSampled(path: string): Sampled[] {
  return lines(path).map((line) => JSON.parse(line) as Sampled)
}

function lines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean)
}
