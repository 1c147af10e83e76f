/**
 * False alarms a day, as `framewarden calibrate` models them, of cameras that show each clip: `tsx tools/decision/model-alarms.ts
 * RECORDINGS…` prints what all of them come to. For clips as they are, recorded with the chain always asked.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { modelFalseAlarms } from '../../src/calibrate/false-alarms.js'
import { ownDecision } from '../../src/calibrate/own-decision.js'
import { recorder } from '../../src/calibrate/recorder.js'
import { autocorrelationTime } from '../../src/core/baseline/autocorrelation.js'
import type { Signal } from '../../src/core/baseline/signals.js'
import { seededChance } from '../../src/core/chance.js'
import { valueAt } from '../statistics/statistics.js'
import { type Recorded, readRecording } from './recording.js'
import { CALIBRATION, SETTINGS } from './settings.js'

const folders = process.argv.slice(2)
if (folders.length === 0) throw new Error('tsx tools/decision/model-alarms.ts RECORDINGS…')
/** 5 s behind the first level: fewer strays make no tail. */
const FEWEST = 25
/** Fewer than `calibrate` simulates, as there are many clips. */
const RUNS = { resamples: 20, days: 2 }

const clips = folders.flatMap((folder) => readdirSync(folder).map((file) => modelled(join(folder, file))))
const known = clips.filter((one) => one !== undefined)
const rates = known.map(({ per_day }) => per_day).sort((a, b) => a - b)
const hours = known.reduce((sum, { observed_hours }) => sum + observed_hours, 0)
const chance = seededChance(3)
const means = Array.from({ length: 2_000 }, () => {
  const drawn = known.map(() => known[Math.floor(chance() * known.length)]!.per_day)
  return drawn.reduce((sum, rate) => sum + rate, 0) / drawn.length
}).sort((a, b) => a - b)
const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
const upper = known.map(({ interval }) => interval[1]).sort((a, b) => a - b)
console.log(
  `${known.length} clips of ${clips.length} are long enough; ${(60 * hours).toFixed(1)} minutes of clean observations`,
)
console.log(
  `modelled false alarms a camera-day: mean ${mean.toFixed(3)} (${valueAt(means, 0.025)!.toFixed(3)}-${valueAt(means, 0.975)!.toFixed(3)}, bootstrap over clips), median ${valueAt(rates, 0.5)!.toFixed(3)}, worst clip ${rates.at(-1)!.toFixed(2)}`,
)
console.log(
  `${rates.filter((rate) => rate <= 0.1).length} of ${rates.length} clips at 0.1 or below; upper ends of their intervals: median ${valueAt(upper, 0.5)!.toFixed(3)}, largest ${upper.at(-1)!.toFixed(2)}`,
)

function modelled(path: string) {
  const { suspicion } = SETTINGS
  const take = recorder(SETTINGS, suspicion.threshold)
  const recorded = readRecording(path)
  for (const one of recorded) take.take(judged(one, take.flaggedAt(one.atMs)))
  const { observations, baseline } = take.material()
  if (observations.length < FEWEST) return undefined
  const tau = (signal: Signal) => autocorrelationTime(observations.map(({ strays }) => strays[signal]))
  const decision = ownDecision(baseline, SETTINGS, CALIBRATION, recorded.at(-1)!.atMs)
  const times = { screen: tau('screen'), chain: tau('chain'), noise: tau('noise') }
  return modelFalseAlarms(observations, times, decision, seededChance(1), RUNS)
}

function judged({ screen, chain, level, p, ...rest }: Recorded, flagged: number) {
  const score = { logit: chain, screenLogit: screen, chainLogit: chain, p, level }
  const verdict =
    chain < flagged
      ? ({ kind: 'clean', score, passes: 0 } as const)
      : ({ kind: 'perturbed', score, purified: new Uint8Array(), passes: 1 } as const)
  return { ...rest, verdict }
}
