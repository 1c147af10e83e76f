/** A camera's strays in blocks that can be drawn again, and where in them a signal leaves the bulk of its values. */
import { SIGNALS, type Signal } from '../core/baseline/signals.js'
import { fitTail, type Tail } from '../core/baseline/tail.js'
import type { Observation } from './recorder.js'

/** 30 s: longer than the scores of all but a wandering camera remember themselves. */
export const STRAY_BLOCK = 150
/** Blocks overlap: one begins every 5 s. */
const STRIDE = 25

/** Of the observations' strays, fitted as a baseline fits them. */
export type StrayTails = Readonly<Record<Signal, Tail>>

/** Neighbouring observations of a block, [from, to), of which `signal` lies beyond the tail's start. */
export interface Excursion {
  readonly signal: Signal
  readonly from: number
  readonly to: number
}

export interface StrayBlock {
  readonly strays: readonly Observation['strays'][]
  readonly excursions: readonly Excursion[]
}

/** Overlapping blocks of 30 s; one of all where there are fewer. */
export function strayBlocks(strays: readonly Observation['strays'][], tails: StrayTails): StrayBlock[] {
  const blocks: StrayBlock[] = []
  for (let from = 0; from === 0 || from + STRAY_BLOCK <= strays.length; from += STRIDE) {
    const block = strays.slice(from, from + STRAY_BLOCK)
    blocks.push({ strays: block, excursions: excursionsOf(block, tails) })
  }
  return blocks
}

/** `tau`: integrated autocorrelation time of each signal, in observations. */
export function strayTails(
  strays: readonly Observation['strays'][],
  tau: Readonly<Record<Signal, number>>,
): StrayTails {
  const of = (signal: Signal): [Signal, Tail] => {
    const rising = strays.map((stray) => stray[signal]).sort((a, b) => a - b)
    return [signal, fitTail(rising, tau[signal])]
  }
  return Object.fromEntries(SIGNALS.map(of)) as unknown as StrayTails
}

function excursionsOf(block: readonly Observation['strays'][], tails: StrayTails): Excursion[] {
  const found: Excursion[] = []
  for (const signal of SIGNALS) {
    const beyond = (i: number) => i < block.length && block[i]![signal] > tails[signal].u
    for (let from = 0; from < block.length; from++) {
      if (!beyond(from)) continue
      let to = from + 1
      while (beyond(to)) to++
      found.push({ signal, from, to })
      from = to
    }
  }
  return found
}
