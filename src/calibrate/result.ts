/** What a calibration found, for a program and for a person. */
import type { Stage } from '../core/baseline/baseline.js'
import { SIGNALS, type Signal } from '../core/baseline/signals.js'
import type { ModelledFalseAlarms } from './false-alarms.js'
import type { SignalFigures, ValueHistogram } from './figures.js'
import type { LeastLevels } from './least-level.js'

/** `margin`: how far above the camera's level a value counts as plain evidence, in the signal's unit. */
export interface SignalResult extends SignalFigures {
  readonly margin: number
}

/** One object of `calibrate --json`. Scripts rely on it: keys are added, never renamed. */
export interface CalibrationResult {
  readonly camera: string
  readonly source: string
  /** The baseline's file. */
  readonly baseline: string
  /** The histograms as a picture. */
  readonly svg: string
  readonly stage: Stage
  readonly clean_s: number
  readonly jumps: number
  readonly signals: Readonly<Record<Signal, SignalResult>>
  readonly false_alarms: ModelledFalseAlarms
  readonly least_level: LeastLevels
}

export const SIGNAL_NAMES: Readonly<Record<Signal, string>> = {
  screen: 'screen, log-odds',
  chain: 'classifier C, log-odds',
  noise: 'noise of the picture, nats',
}
/** Eighths of a character's height. */
const BLOCKS = ' ▁▂▃▄▅▆▇█'
const ROWS = 2

/** Lines for a terminal. */
export function resultLines(result: CalibrationResult): string[] {
  const { camera, source, stage, clean_s: cleanS, jumps } = result
  const jumped = jumps > 0 ? `, ${jumps} jump of the whole picture` : ''
  return [
    `camera        ${camera}, ${source}`,
    `learned       ${cleanS.toFixed(0)} s of clean observations${jumped}; the baseline is ${stage === 'own' ? "the camera's own" : `${stage}, 600 s make it the camera's own`}`,
    ...SIGNALS.flatMap((signal) => signalLines(SIGNAL_NAMES[signal], result.signals[signal])),
    '',
    falseAlarmLine(result.false_alarms),
    `least level   ${leastLevelText(result.least_level)}`,
    `written       ${result.baseline}; a running framewarden takes it within five minutes, or when it is restarted`,
    `picture       ${result.svg}`,
  ]
}

function falseAlarmLine({
  observed_hours: hours,
  per_day: perDay,
  interval: [low, high],
}: ModelledFalseAlarms): string {
  const modelled = `${perDay.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}] a day (90 % interval, from the tail's upper bound)`
  return `false alarms  0 in ${hours.toFixed(2)} hours observed; modelled ${modelled}`
}

function leastLevelText({ codec, pattern, noise, control_raised: failed }: LeastLevels): string {
  const after = codec === 'none' ? 'before any encoder: this ffmpeg has no libx264' : `after ${codec}`
  if (failed) return `unknown: ${after} the camera's own frames raise`
  const level = (found: number | null) => (found === null ? 'none up to 32/255' : `${found}/255`)
  return `raised within a second, ${after}: universal pattern ${level(pattern)}, band-limited random signs (stand-in for gradients) ${level(noise)}`
}

function signalLines(name: string, { histogram, quantiles, tau, margin }: SignalResult): string[] {
  const { p1, p50, p99, max } = quantiles
  const figures = [`p1 ${p1.toFixed(2)}`, `p50 ${p50.toFixed(2)}`, `p99 ${p99.toFixed(2)}`, `max ${max.toFixed(2)}`]
  const memory = `autocorrelation time ${tau.observations.toFixed(1)} observations, ${tau.seconds.toFixed(1)} s`
  return ['', `${name}: ${figures.join('  ')}; margin ${margin.toFixed(2)}; ${memory}`, ...histogramLines(histogram)]
}

/** Two rows of blocks and their axis. */
export function histogramLines({ from, to, counts }: ValueHistogram): string[] {
  const most = Math.max(...counts)
  const heights = counts.map((count) => Math.ceil((count / most) * 8 * ROWS))
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const below = 8 * (ROWS - 1 - row)
    return heights.map((height) => BLOCKS[Math.max(0, Math.min(8, height - below))]).join('')
  })
  const [left, right] = [from.toFixed(2), to.toFixed(2)]
  const axis = `${left}${right.padStart(Math.max(right.length + 1, counts.length - left.length))}`
  return [...rows, axis].map((line) => `  ${line.trimEnd()}`)
}
