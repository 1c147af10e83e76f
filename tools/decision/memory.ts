/**
 * How long what nobody attacks remembers itself: `tsx tools/decision/memory.ts CASES=RECORDINGS…` prints integrated
 * autocorrelation times, in observations (0.2 s), of the scores as measured, of their deviations from the level expected, and of
 * what the test bets on. Only pieces without an attack are looked at, from the first level on.
 */
import { autocorrelationTime } from '../../src/core/baseline/autocorrelation.js'
import { deviations, expectedLevel, NO_BASELINE } from '../../src/core/baseline/baseline.js'
import { SIGNALS, type Signal } from '../../src/core/baseline/signals.js'
import { PAYS_P } from '../../src/core/evidence.js'
import { suspicionOf } from '../../src/core/suspicion.js'
import type { WatchState } from '../../src/core/watch.js'
import { valueAt } from '../statistics/statistics.js'
import { type Case, readCases } from './cases.js'
import type { Sampled } from './recording.js'
import { replay } from './replay.js'
import { SETTINGS } from './settings.js'

const folders = process.argv.slice(2).map((one) => one.split('='))
if (folders.length === 0) throw new Error('tsx tools/decision/memory.ts CASES=RECORDINGS…')
const quiet = folders
  .flatMap(([folder, recordings]) => readCases(folder!, recordings!))
  .filter(({ level255 }) => level255 === 0)

type Series = Record<string, number[]>
const SCORES: readonly Signal[] = SIGNALS
const LN_NOTHING = suspicionOf(NO_BASELINE, {}, 1, 0, SETTINGS.suspicion).lnE

/** Of one piece: values, deviations and payments, observation by observation. */
function seriesOf({ recorded }: Case): Series {
  const out: Series = {}
  const add = (name: string, value: number | undefined) => {
    if (value === undefined) return
    const series = out[name] ?? []
    series.push(value)
    out[name] = series
  }
  const each = (before: WatchState, { atMs, screen, chain, noise, p }: Sampled) => {
    const measured = { screen, noise, ...(chain !== undefined && { chain }) }
    const found = deviations(before.baseline, measured, SETTINGS.suspicion.priors, atMs)
    if (expectedLevel(before.baseline, 'screen', SETTINGS.suspicion.priors.screen, atMs) === undefined) return
    for (const signal of SCORES) {
      add(`${signal}, as measured`, measured[signal])
      add(`${signal}, deviation`, found[signal]?.d)
    }
    const { lnE } = suspicionOf(before.baseline, measured, p, atMs, SETTINGS.suspicion)
    add('the bet, ln e', lnE)
    add('screen pays', (found.screen?.above ?? 1) <= PAYS_P ? 1 : 0)
    add('it pays', lnE > LN_NOTHING + 0.01 ? 1 : 0)
  }
  replay(recorded, SETTINGS, undefined, each)
  return out
}

const all = quiet.map(seriesOf)
console.log('| of pieces without an attack | median | 90 % | longest | pieces |')
console.log('|---|---|---|---|---|')
const names = SCORES.flatMap((signal) => [`${signal}, as measured`, `${signal}, deviation`])
for (const name of [...names, 'the bet, ln e']) {
  const taus = all.map((one) => autocorrelationTime(one[name] ?? [])).sort((a, b) => a - b)
  const [middle, high] = [valueAt(taus, 0.5)!, valueAt(taus, 0.9)!]
  console.log(`| ${name} | ${middle.toFixed(1)} | ${high.toFixed(1)} | ${taus.at(-1)!.toFixed(1)} | ${taus.length} |`)
}
for (const name of ['screen pays', 'it pays']) {
  const runs = all.flatMap((one) => runsOf(one[name] ?? [])).sort((a, b) => a - b)
  const pieces = all.filter((one) => one[name]?.includes(1)).length
  const share = runs.reduce((sum, run) => sum + run, 0) / all.reduce((sum, one) => sum + (one[name]?.length ?? 0), 0)
  console.log(
    `\n${name}: ${(100 * share).toFixed(2)} % of observations, in ${pieces} of ${all.length} pieces; ${runs.length} runs, of ${runs.length ? (runs.reduce((a, b) => a + b) / runs.length).toFixed(1) : '-'} observations on average, at most ${runs.at(-1) ?? '-'}`,
  )
}

/** Lengths of the stretches of ones. */
function runsOf(ones: readonly number[]): number[] {
  return ones
    .join('')
    .split('0')
    .map(({ length }) => length)
    .filter(Boolean)
}
