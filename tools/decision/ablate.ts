/**
 * What each signal brings to the decision: `tsx tools/decision/ablate.ts [--own] CASES=RECORDINGS…` prints a table with each left
 * out and each alone, its share of the stake given to the others. For what shares and signals are chosen on: calibrate and train.
 * `--own`: each case after 11 minutes of its own quiet part, played to and fro.
 */
import type { Baseline } from '../../src/core/baseline/baseline.js'
import { STAKES, type Stakes } from '../../src/core/suspicion.js'
import type { WatchSettings } from '../../src/core/watch.js'
import { valueAt } from '../statistics/statistics.js'
import { type Case, type CaseOutcome, isGradient, outcomeOf, readCases, WITHIN_MS } from './cases.js'
import { replay } from './replay.js'
import { SETTINGS } from './settings.js'
import { looped, quietPart, STEP_MS } from './splice.js'

const args = process.argv.slice(2)
const own = args[0] === '--own'
const folders = (own ? args.slice(1) : args).map((one) => one.split('='))
if (folders.length === 0) throw new Error('tsx tools/decision/ablate.ts [--own] CASES=RECORDINGS…')
const cases = folders.flatMap(([folder, recordings]) => readCases(folder!, recordings!))

/** Longer than a past takes to become the camera's own. */
const OWN_MS = 660_000

const pasts = new Map(own ? cases.map((one) => [one.file, pastOf(one)]) : [])

/** Without the chain C is not known at all: it cannot speak for the screen, either. */
const withoutC = (some: readonly Case[]) =>
  some.map((one) => ({ ...one, recorded: one.recorded.map(({ chain: _, ...rest }) => rest) }))

const names: Record<keyof Stakes, string> = {
  chain: 'C',
  screen: 'screen',
  noise: 'fine luma noise (block energies)',
  threshold: "the bundle's threshold",
}
const signals = Object.keys(names) as (keyof Stakes)[]

console.log(
  '| stake on | >= 8/255 alive, in 3 s | 4/255 | random signs 25/255 | delay s, median / p95, both | alarms, clean and nuisance cases |',
)
console.log('|---|---|---|---|---|---|')
print('all, as it ships', signals, cases)
for (const left of signals) {
  const others = signals.filter((one) => one !== left)
  print(`all but ${names[left]}`, others, left === 'chain' ? withoutC(cases) : cases)
}
for (const only of signals.filter((one) => one !== 'threshold')) print(`${names[only]} alone`, [only], cases)

function print(name: string, staked: readonly (keyof Stakes)[], some: readonly Case[]): void {
  const total = staked.reduce((sum, one) => sum + STAKES[one], 0)
  const stakes = Object.fromEntries(signals.map((one) => [one, staked.includes(one) ? STAKES[one] / total : 0]))
  const suspicion = { ...SETTINGS.suspicion, stakes: stakes as Stakes }
  const settings: WatchSettings = { ...SETTINGS, suspicion }
  const outcomes = some.map((one) => outcomeOf(one, settings, pasts.get(one.file)))
  const alive = outcomes.filter((one) => one.case.alive)
  const gradient = alive.filter((one) => isGradient(one.case))
  const delays = gradient.filter(isFound).map(({ delayMs }) => delayMs! / 1_000)
  delays.sort((a, b) => a - b)
  const delay = delays.length ? `${valueAt(delays, 0.5)!.toFixed(1)} / ${valueAt(delays, 0.95)!.toFixed(1)}` : '-'
  const quiet = outcomes.filter((one) => one.case.level255 === 0)
  const alarms = quiet.filter(({ delayMs, raisedBefore }) => delayMs !== undefined || raisedBefore).length
  const strong = share(gradient.filter((one) => one.case.level255 >= 8))
  const weak = share(gradient.filter((one) => one.case.level255 === 4))
  const signs = share(alive.filter((one) => one.case.family === 'sign' && one.case.level255 > 8))
  console.log(`| ${name} | ${strong} | ${weak} | ${signs} | ${delay} | ${alarms} of ${quiet.length} |`)
}

/** What the camera has learned when the case begins, at second 0 of its recording. */
function pastOf(one: Case): Baseline {
  const observations = OWN_MS / STEP_MS
  const learned = looped(quietPart(one), observations, -OWN_MS)
  return replay(learned, SETTINGS).state.baseline
}

function isFound({ delayMs }: CaseOutcome): boolean {
  return delayMs !== undefined && delayMs <= WITHIN_MS
}

function share(some: readonly CaseOutcome[]): string {
  return `${some.filter(isFound).length} of ${some.length}`
}
