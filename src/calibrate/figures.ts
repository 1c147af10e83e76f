/** A camera's clean values in numbers: how they lie, and how long they remember themselves. */
import { autocorrelationTime } from '../core/baseline/autocorrelation.js'
import type { Signal } from '../core/baseline/signals.js'
import { OBSERVE_EVERY_MS } from '../core/evidence.js'
import { quantile } from '../core/quantile.js'
import type { Observation } from './recorder.js'

/** Of values between `from` and `to`, in bins of equal width. */
export interface ValueHistogram {
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
}

/** `screen`, `chain` in log-odds, `noise` in nats. `tau`: integrated autocorrelation time of the strays, >= 1 observation. */
export interface SignalFigures {
  readonly histogram: ValueHistogram
  readonly quantiles: { readonly p1: number; readonly p50: number; readonly p99: number; readonly max: number }
  readonly tau: { readonly observations: number; readonly seconds: number }
}

export function signalFigures(observations: readonly Observation[], signal: Signal, bins: number): SignalFigures {
  const values = observations.map((observation) => observation.values[signal])
  const tau = autocorrelationTime(observations.map((observation) => observation.strays[signal]))
  return {
    histogram: valueHistogram(values, bins),
    quantiles: quantilesOf(values),
    tau: { observations: tau, seconds: (tau * OBSERVE_EVERY_MS) / 1000 },
  }
}

/** `values`: 1 or more. Values that are all alike fall into the first bin. */
export function valueHistogram(values: readonly number[], bins: number): ValueHistogram {
  const from = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const to = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = to > from ? Math.floor(((value - from) / (to - from)) * bins) : 0
    counts[Math.min(bins - 1, bin)]!++
  }
  return { from, to, counts }
}

/** `values`: 1 or more. */
function quantilesOf(values: readonly number[]): SignalFigures['quantiles'] {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => quantile(sorted, share)
  return { p1: at(0.01), p50: at(0.5), p99: at(0.99), max: at(1) }
}
