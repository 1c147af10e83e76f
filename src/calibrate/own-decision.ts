/** The shipped decision at a camera whose level stays where its baseline has it. */
import { type Baseline, expectedLevel } from '../core/baseline/baseline.js'
import type { Signal } from '../core/baseline/signals.js'
import { exceededWith } from '../core/baseline/tail.js'
import { type Calibration, pValue } from '../core/calibration.js'
import { boundOf } from '../core/decide.js'
import { PAYS_P } from '../core/evidence.js'
import { suspicionOf, widening } from '../core/suspicion.js'
import type { WatchSettings } from '../core/watch.js'
import type { ModelledDecision } from './false-alarms.js'

export interface OwnDecision extends ModelledDecision {
  /** Log of the e-value of an observation with these values. */
  lnEOf(values: Readonly<Record<Signal, number>>): number
}

/** `calibration`: of C among all cameras. `atMs`: when the baseline was last learned from. */
export function ownDecision(
  baseline: Baseline,
  { suspicion, decision }: WatchSettings,
  calibration: Calibration,
  atMs: number,
): OwnDecision {
  const { priors } = suspicion
  const level = (signal: Signal) =>
    expectedLevel(baseline, signal, priors[signal], atMs) ?? Math.min(priors[signal].ceiling, 0)
  const levels = { screen: level('screen'), chain: level('chain'), noise: level('noise') }
  const widen = widening(baseline, suspicion)
  const paysFrom = (signal: Signal) => {
    const least = exceededWith(priors[signal].upper, PAYS_P) * widen
    return signal === 'chain' ? Math.min(least, suspicion.threshold - levels.chain) : least
  }
  const from = { screen: paysFrom('screen'), chain: paysFrom('chain'), noise: paysFrom('noise') }
  const lnEOf = (values: Readonly<Record<Signal, number>>) =>
    suspicionOf(baseline, values, pValue(calibration, values.chain), atMs, suspicion).lnE
  return {
    lnEOf,
    lnE: ({ screen, chain, noise }) =>
      lnEOf({ screen: levels.screen + screen, chain: levels.chain + chain, noise: levels.noise + noise }),
    paysFrom: (signal) => from[signal],
    bound: boundOf(decision),
  }
}
