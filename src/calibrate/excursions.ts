/** A camera's strays in blocks that can be drawn again, and where in them a signal leaves the bulk of its values. */
import { SIGNALS, type Signal } from '../core/baseline/signals.js'
import { fitSides, type SideTails } from '../core/baseline/tail.js'
import type { Observation } from './recorder.js'

/** 30 s: longer than the scores of all but a wandering camera remember themselves. */
export const STRAY_BLOCK = 150
/** Blocks overlap: one begins every 5 s. */
const STRIDE = 25

/** Of the observations, both sides of each signal, fitted as a baseline fits them. */
export type StrayTails = Readonly<Record<Signal, SideTails>>

/** Neighbouring observations of a block, [from, to), of which `signal` lies beyond the tail's start on one side. */
export interface Excursion {
  readonly signal: Signal
  readonly side: keyof SideTails
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
  const of = (signal: Signal): [Signal, SideTails] => [
    signal,
    fitSides(
      strays.map((stray) => stray[signal]),
      tau[signal],
    ),
  ]
  return Object.fromEntries(SIGNALS.map(of)) as unknown as StrayTails
}

/** Only these are evidence (core/suspicion). */
const SIDES: readonly (readonly [Signal, keyof SideTails])[] = [
  ['chain', 'upper'],
  ['screen', 'upper'],
  ['noise', 'upper'],
  ['screen', 'lower'],
]

function excursionsOf(block: readonly Observation['strays'][], tails: StrayTails): Excursion[] {
  const found: Excursion[] = []
  for (const [signal, side] of SIDES) {
    const sign = side === 'upper' ? 1 : -1
    const beyond = (i: number) => i < block.length && sign * block[i]![signal] > tails[signal][side].u
    for (let from = 0; from < block.length; from++) {
      if (!beyond(from)) continue
      let to = from + 1
      while (beyond(to)) to++
      found.push({ signal, side, from, to })
      from = to
    }
  }
  return found
}
