/** What the verdicts on a source's frames come to: lines, counts, and the decision over time of a camera with defaults. */
import { DEFAULT_CAMERA } from '../config/defaults.js'
import { type Baseline, stageOf } from '../core/baseline/baseline.js'
import type { Frame } from '../core/frame.js'
import type { Incident } from '../core/incident.js'
import { kindOf } from '../core/kind.js'
import { quantile } from '../core/quantile.js'
import type { Verdict } from '../core/verdict.js'
import {
  type BundleFacts,
  judgedFrame,
  nextLook,
  startWatch,
  type WatchSettings,
  watch,
  watchSettings,
} from '../core/watch.js'
import type { JudgeOptions } from '../inference/chain.js'
import type { ScanFrame } from './judging.js'
import { type FrameLine, type IncidentLine, rounded, type SummaryLine } from './lines.js'
import type { ScanSource } from './sources.js'

/** What a source is judged by: what it showed at its own start, what all cameras show, or a camera's baseline. */
export interface ScanPast {
  readonly kind: SummaryLine['baseline']
  readonly baseline?: Baseline
}

export interface WatchedSource {
  /** What to ask the networks for the next frame: the chain may look at each. A picture has no past. */
  look(frame: Frame): JudgeOptions
  /** One more frame, in order. */
  take(judged: ScanFrame): { readonly frame: FrameLine; readonly incidents: readonly IncidentLine[] }
  summary(elapsedMs: number): SummaryLine
}

/** Pure but for what it holds. `past`: what it is judged by. */
export function watchSource(
  source: ScanSource,
  facts: BundleFacts & Pick<SummaryLine, 'provider' | 'model'>,
  options: JudgeOptions,
  past: ScanPast,
): WatchedSource {
  // without eight observations there is no level of its own, and a picture has no past
  const learned = () => past.kind === 'own' && stageOf(state.baseline) === 'bundle'
  const baseline = () => (source.kind === 'picture' || learned() ? 'bundle' : past.kind)
  const scores: number[] = []
  const count = { frames: 0, flagged: 0, unscored: 0, incidents: 0 }
  const times = { first: 0, last: 0 }
  let state = startWatch([], past.baseline)

  /** A camera's defaults, at this source's rate once two frames have shown it: what a unit would have said of it. */
  function settings(): WatchSettings {
    const spanMs = times.last - times.first
    const rate = spanMs > 0 ? (count.frames * 1000) / spanMs : DEFAULT_CAMERA.frame.rate
    const { detection, tamper } = DEFAULT_CAMERA
    const settings = watchSettings({ detection, tamper, frame: { rate } }, facts)
    return { ...settings, fixed: past.kind !== 'own' }
  }

  function changes(frame: Frame, verdict: Verdict): readonly Incident[] {
    if (source.kind === 'picture') return verdict.kind === 'perturbed' ? [incidentOf(verdict, frame)] : []
    const newId = () => `${source.name}#${count.incidents}`
    const [next, effects] = watch(state, judgedFrame(frame, verdict), settings(), newId)
    state = next
    return effects.flatMap((effect) => (effect.type === 'incident' ? [effect.incident] : []))
  }

  return {
    look(frame) {
      if (source.kind === 'picture') return options
      const { purify, verify, always, suspicious, flagged } = nextLook(state, settings(), frame.capturedAtMs)
      const purifies = options.purify || purify
      return { ...options, purify: purifies, always: verify && always, suspicious, threshold: flagged }
    },
    take({ frame, verdict }) {
      if (count.frames === 0) times.first = frame.capturedAtMs
      times.last = frame.capturedAtMs
      const line = frameLine(source.name, count.frames, (frame.capturedAtMs - times.first) / 1000, verdict)
      const incidents = verdict ? changes(frame, verdict) : []
      if (verdict) scores.push(verdict.score.logit)
      else count.unscored++
      if (line.flagged) count.flagged++
      count.incidents += incidents.filter(({ phase }) => phase === 'raised').length
      count.frames++
      return { frame: line, incidents: incidents.map((one) => incidentLine(source.name, one, frame, times.first)) }
    },
    summary: (elapsedMs) =>
      summaryLine(
        source.name,
        facts,
        { ...count, scores, spanMs: times.last - times.first, baseline: baseline() },
        elapsedMs,
      ),
  }
}

function frameLine(source: string, frame: number, seconds: number, verdict: Verdict | undefined): FrameLine {
  const score = verdict ? rounded(verdict.score.logit, 4) : null
  return { type: 'frame', source, frame, t: rounded(seconds, 3), score, flagged: verdict?.kind === 'perturbed' }
}

/** A picture has no time over which to decide: its one verdict is the finding. */
function incidentOf(verdict: Verdict, frame: Frame): Incident {
  const { logit, level, box } = verdict.score
  const at = frame.capturedAtMs
  const times = { sinceMs: at, raisedAtMs: at, updatedAtMs: at }
  return { id: frame.cameraId, phase: 'raised', ...times, kind: kindOf(box, undefined), level, score: logit, box }
}

function incidentLine(source: string, incident: Incident, frame: Frame, firstMs: number): IncidentLine {
  const { phase, kind, level, score, box } = incident
  return {
    type: 'incident',
    source,
    phase,
    t: rounded((frame.capturedAtMs - firstMs) / 1000, 3),
    since: rounded((incident.sinceMs - firstMs) / 1000, 3),
    kind,
    level: level === undefined ? null : rounded(level, 4),
    score: rounded(score, 4),
    box: box ? (box.map((v) => rounded(v, 4)) as unknown as IncidentLine['box']) : null,
  }
}

interface SourceCounts {
  readonly frames: number
  readonly flagged: number
  readonly unscored: number
  readonly incidents: number
  readonly scores: readonly number[]
  readonly baseline: SummaryLine['baseline']
  /** From the first frame to the last. */
  readonly spanMs: number
}

function summaryLine(
  source: string,
  { provider, model }: Pick<SummaryLine, 'provider' | 'model'>,
  { frames, flagged, unscored, incidents, scores, spanMs, baseline }: SourceCounts,
  elapsedMs: number,
): SummaryLine {
  // The last frame lasts as long as the others did.
  const durationS = frames > 1 ? (spanMs / 1000) * (frames / (frames - 1)) : 0
  const figures = {
    frames,
    duration_s: rounded(durationS, 3),
    flagged,
    incidents,
    unscored,
    score: quantilesOf(scores),
  }
  const framesPerS = rounded((frames * 1000) / elapsedMs, 1)
  return { type: 'summary', source, baseline, ...figures, frames_per_s: framesPerS, provider, model }
}

function quantilesOf(scores: readonly number[]): SummaryLine['score'] {
  if (scores.length === 0) return null
  const sorted = Float64Array.from(scores).sort()
  const at = (q: number) => rounded(quantile(sorted, q), 4)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
