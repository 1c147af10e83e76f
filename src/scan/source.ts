/** One source of `scan`, from its frames to its lines. */
import { DEFAULT_CAMERA } from '../config/defaults.js'
import type { Frame } from '../core/frame.js'
import type { Incident } from '../core/incident.js'
import { kindOf } from '../core/kind.js'
import type { Verdict } from '../core/verdict.js'
import { judgedFrame, nextLook, startWatch, type WatchSettings, watch, watchSettings } from '../core/watch.js'
import type { JudgeOptions } from '../inference/chain.js'
import type { Engine } from '../inference/engine.js'
import { judging, type ScanFrame } from './judging.js'
import { type IncidentLine, rounded, type SummaryLine } from './lines.js'
import type { ScanOutput } from './output.js'
import type { ScanProgress } from './progress.js'
import type { ScanReport } from './report.js'
import type { ScanSource } from './sources.js'

export interface ScanTools {
  readonly engine: Engine
  readonly options: JudgeOptions
  readonly report: ScanReport
  readonly progress: ScanProgress
  readonly output?: ScanOutput
}

/** What came of a source; `error` where frames were left unread or unscored. */
export interface SourceResult {
  readonly summary: SummaryLine
  readonly error?: unknown
}

/** Judges all frames, reports each as it comes, and sums up. A decoder's error ends the source, not the scan. */
export async function scanSource(
  source: ScanSource,
  frames: AsyncIterable<Frame>,
  tools: ScanTools,
): Promise<SourceResult> {
  const { engine, options, report, progress, output } = tools
  const from = performance.now()
  const scores: number[] = []
  const count = { frames: 0, flagged: 0, unscored: 0, incidents: 0 }
  const times = { first: 0, last: 0 }
  let state = startWatch()
  let error: unknown
  try {
    for await (const judged of judging(frames, engine, look)) {
      const { frame } = judged
      if (count.frames === 0) times.first = frame.capturedAtMs
      times.last = frame.capturedAtMs
      if (judged.error) error ??= judged.error
      take(judged)
      progress.frame(frame)
      await output?.write(source, frame, judged.verdict)
      count.frames++
    }
  } catch (cause) {
    error = cause
  }
  try {
    await output?.end(source)
  } catch (cause) {
    error ??= cause
  }
  return { summary: summary(), error }

  function take(judged: ScanFrame): void {
    const { frame, verdict } = judged
    const seconds = (frame.capturedAtMs - times.first) / 1000
    const flagged = verdict?.kind === 'perturbed'
    const score = verdict ? rounded(verdict.score.logit, 4) : null
    const where = { source: source.name, frame: count.frames, t: rounded(seconds, 3) }
    report.frame({ type: 'frame', ...where, score, flagged })
    if (!verdict) {
      count.unscored++
      return
    }
    scores.push(verdict.score.logit)
    if (flagged) count.flagged++
    if (source.kind !== 'picture') step(frame, verdict)
    else if (flagged) incident(incidentOf(verdict, frame), frame)
  }

  function step(frame: Frame, verdict: Verdict): void {
    const newId = () => `${source.name}#${count.incidents}`
    const [next, effects] = watch(state, judgedFrame(frame, verdict), settings(), newId)
    state = next
    for (const effect of effects) incident(effect.incident, frame)
  }

  /** A camera's defaults, at this source's rate once two frames have told it: what a unit would have said of it. */
  function settings(): WatchSettings {
    const spanMs = times.last - times.first
    const rate = spanMs > 0 ? (count.frames * 1000) / spanMs : DEFAULT_CAMERA.frame.rate
    return watchSettings({ detection: DEFAULT_CAMERA.detection, frame: { rate } }, engine)
  }

  /** What to ask for the next frame: the chain may look at each. A picture has no past. */
  function look(frame: Frame): JudgeOptions {
    if (source.kind === 'picture') return options
    const { purify, verify, always, suspicious, flagged } = nextLook(state, settings(), frame.capturedAtMs)
    const purifies = options.purify || purify
    return { ...options, purify: purifies, always: verify && always, suspicious, threshold: flagged }
  }

  function incident(changed: Incident, frame: Frame): void {
    if (changed.phase === 'raised') count.incidents++
    report.incident(incidentLine(source.name, changed, frame.capturedAtMs, times.first))
  }

  function summary(): SummaryLine {
    const { provider, model } = engine
    const spanS = (times.last - times.first) / 1000
    // The last frame lasts as long as the others did.
    const durationS = count.frames > 1 ? (spanS * count.frames) / (count.frames - 1) : 0
    return {
      type: 'summary',
      source: source.name,
      frames: count.frames,
      duration_s: rounded(durationS, 3),
      flagged: count.flagged,
      incidents: count.incidents,
      unscored: count.unscored,
      score: quantiles(scores),
      frames_per_s: rounded((count.frames * 1000) / (performance.now() - from), 1),
      provider,
      model,
    }
  }
}

/** A picture has no time over which to decide: its one verdict is the finding. */
function incidentOf(verdict: Verdict, frame: Frame): Incident {
  const { logit, level, box } = verdict.score
  const at = frame.capturedAtMs
  const times = { sinceMs: at, raisedAtMs: at, toldAtMs: at }
  return { id: frame.cameraId, phase: 'raised', ...times, kind: kindOf(box, undefined), level, score: logit, box }
}

function incidentLine(source: string, incident: Incident, atMs: number, firstMs: number): IncidentLine {
  const { phase, kind, level, score, box } = incident
  return {
    type: 'incident',
    source,
    phase,
    t: rounded((atMs - firstMs) / 1000, 3),
    since: rounded((incident.sinceMs - firstMs) / 1000, 3),
    kind,
    level: level === undefined ? null : rounded(level, 4),
    score: rounded(score, 4),
    box: box ? (box.map((v) => rounded(v, 4)) as unknown as IncidentLine['box']) : null,
  }
}

/** Nearest-rank quantiles. */
function quantiles(scores: readonly number[]): SummaryLine['score'] {
  if (scores.length === 0) return null
  const sorted = Float64Array.from(scores).sort()
  const at = (q: number) => rounded(sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!, 4)
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
