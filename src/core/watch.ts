/**
 * From the networks' verdict to the decision: the one step that a guard and `scan` share. What they do with the effects is
 * theirs: a guard tells the daemon, `scan` prints.
 */
import {
  type Baseline,
  type BaselineFacts,
  drifted,
  enter,
  expectedLevel,
  forget,
  jump,
  LEVEL_NEEDS,
  learn,
  marginOf,
  NO_BASELINE,
  note,
  stageOf,
} from './baseline/baseline.js'
import { lightOf } from './baseline/light.js'
import { lumaNoise } from './baseline/noise.js'
import type { Priors } from './baseline/priors.js'
import { enterRegime, type Light, type RegimeState, regimeOf } from './baseline/regime.js'
import type { Measurements, Signal } from './baseline/signals.js'
import { seededChance } from './chance.js'
import {
  boundOf,
  type DecisionSettings,
  type DecisionState,
  decide,
  isDue,
  observes,
  PLAIN_P,
  startDecision,
} from './decide.js'
import type { Frame } from './frame.js'
import type { Incident } from './incident.js'
import { removal } from './kind.js'
import type { CameraSettings } from './settings.js'
import { lumaHistogram, SETTLED, type SettleState, settle } from './settle.js'
import { flaggedAt, STAKES, type SuspicionSettings, suspicionOf, suspiciousAt } from './suspicion.js'
import { isTamper } from './tamper/kinds.js'
import { type Print, printOf } from './tamper/print.js'
import { isUnsuspicious, startTamper, type TamperDecision, type TamperState, tamper } from './tamper/tamper.js'
import { type View, viewOf } from './tamper/view.js'
import type { Verdict } from './verdict.js'

/** A frame after the networks: their verdict, and what else was measured. Holds no pixels, so that it can be recorded. */
export interface JudgedFrame {
  /** Capture time, milliseconds. */
  readonly atMs: number
  readonly verdict: Verdict
  readonly damaged: boolean
  /** settle.ts. */
  readonly histogram: readonly number[]
  readonly light: Light
  /** baseline/noise.ts; undefined where nobody measured, as the frame is no observation. */
  readonly noise?: number
  /** What the mapping network took away (kind.ts); of perturbed frames alone. */
  readonly removal?: Int8Array
  /** Size of the frame as the camera encoded it; undefined where nobody counted. */
  readonly encodedBytes?: number
  /** What tamper is known by (tamper/); `view` of observations alone, undefined where nobody measured. */
  readonly view?: View
  readonly print?: Print
}

/** Of a bundle: log-odds from which the chain looks and a frame is flagged on any camera, and how clean values stray. */
export interface BundleFacts {
  readonly thresholds: { readonly suspicious: number; readonly flagged: number }
  readonly priors: Priors
}

export interface WatchSettings {
  readonly decision: DecisionSettings
  readonly suspicion: SuspicionSettings
  readonly tamper: TamperDecision
  /** Nothing is learned: what all cameras show, or a baseline that was given, decides. */
  readonly fixed?: boolean
}

/** What of a camera's settings the decision asks for. */
export interface Watched {
  readonly detection: Omit<CameraSettings['detection'], 'mode'>
  readonly tamper: CameraSettings['tamper']
  readonly frame: Pick<CameraSettings['frame'], 'rate'>
}

/** A camera's settings, and what its bundle says of all cameras. */
export function watchSettings(
  { detection, tamper, frame }: Watched,
  { thresholds, priors }: BundleFacts,
): WatchSettings {
  const { falseAlarmsPerDay, clearAfterMs, raiseWithinMs, threshold, margin } = detection
  return {
    decision: {
      falseAlarmsPerDay,
      clearAfterMs,
      raiseWithinMs: raiseWithinMs === 'auto' ? undefined : raiseWithinMs,
      rate: frame.rate,
    },
    suspicion: {
      threshold: threshold === 'auto' ? thresholds.flagged : threshold,
      thresholdSet: threshold !== 'auto',
      margin: margin === 'auto' ? undefined : margin,
      suspicious: thresholds.suspicious,
      priors,
      stakes: STAKES,
    },
    tamper: { kinds: tamper, falseAlarmsPerDay, clearAfterMs },
  }
}

/** What is remembered of a camera between frames. A value: each step returns a new one. */
export interface WatchState {
  readonly decision: DecisionState
  readonly baseline: Baseline
  readonly tamper: TamperState
  readonly settle: SettleState
  readonly regime?: RegimeState
  /** When the chain last ran. */
  readonly chainAtMs?: number
  /** When drift was last reported. */
  readonly driftAtMs?: number
}

export type WatchEffect =
  /** The incident was raised, updated or cleared: its phase says. */
  | { readonly type: 'incident'; readonly incident: Incident }
  /** A signal's level has left what was learned, by `by`, and is not followed: the camera has changed, or an attack creeps in. */
  | { readonly type: 'drift'; readonly signal: Signal; readonly by: number }

/** What the networks should do with a frame. */
export interface Look {
  /** The chain may look, as the mode says. Else the screen alone: the decision has no use for more. */
  readonly verify: boolean
  /** Where it may look, it looks whatever the screen says. */
  readonly always: boolean
  /** All passes of the mapping network, not one: the result is likely to be shown. */
  readonly purify: boolean
  /** Log-odds of the screen from which the chain has to look, and of C from which the frame is flagged. */
  readonly suspicious: number
  readonly flagged: number
}

/** Evidence from which nothing is learned any more: a p-value of 0.02 has been seen. */
const SUSPICIOUS_NATS = 1.5
/** Drift is reported again after this long. */
const DRIFT_EVERY_MS = 3_600_000
/** C has a past of its own, too: on unsuspicious frames it looks about this often, at first as often as it may until it has a level. */
const SAMPLE_EVERY_MS = 6_000
/** Samples of cameras that began together drift apart by up to this share: they would wait for each other. */
const APART = 0.2

/** The state of a camera that has brought no frame; `open` carries on incidents from before, one of each sort at most. */
export function startWatch(open: readonly Incident[] = [], baseline: Baseline = NO_BASELINE): WatchState {
  const perturbed = open.find(({ kind }) => !isTamper(kind))
  const tampered = open.find(({ kind }) => isTamper(kind))
  return { decision: startDecision(perturbed), tamper: startTamper(tampered), baseline, settle: SETTLED }
}

/** Measures `frame`, whose pixels are as they were before judging. `observed`: the decision will look at its noise and view. */
export function judgedFrame(frame: Frame, verdict: Verdict, observed = true): JudgedFrame {
  const { capturedAtMs, damaged, encodedBytes, pixels, width, height } = frame
  return {
    atMs: capturedAtMs,
    verdict,
    damaged,
    histogram: lumaHistogram(frame),
    light: lightOf(frame),
    print: printOf(frame),
    ...(observed && { noise: lumaNoise(frame), view: viewOf(frame) }),
    ...(verdict.kind === 'perturbed' && { removal: removal(pixels, verdict.purified, width, height) }),
    ...(encodedBytes !== undefined && { encodedBytes }),
  }
}

/** One step. `newId` names a new incident. A frame that nobody judged takes none: it is neither clean nor evidence. */
export function watch(
  state: WatchState,
  frame: JudgedFrame,
  settings: WatchSettings,
  newId: () => string,
): [WatchState, readonly WatchEffect[]] {
  const { atMs, verdict, removal } = frame
  const { score } = verdict
  const [settled, settling] = settle(state.settle, frame.histogram, atMs)
  const jumped = settled.jumpsMs !== state.settle.jumpsMs
  let next: WatchState = { ...state, ...light(state, frame, atMs, jumped, settling), settle: settled }
  if (score.chainLogit !== undefined) next = { ...next, chainAtMs: atMs }

  const observed = observes(state.decision, atMs, settings.decision.rate)
  // suspicious, and nobody looked closer: nothing to decide by
  const looked = verdict.kind !== 'suspicious'
  const usable = observed && looked && !frame.damaged && (!settling || state.decision.incident !== undefined)
  const measured = measurementsOf(frame)
  const { baseline } = next
  const suspicion = usable ? suspicionOf(baseline, measured, score.p, atMs, settings.suspicion) : undefined
  const flagged = verdict.kind === 'perturbed'
  const scored = { atMs, score, flagged, lnE: suspicion?.lnE, noisy: suspicion?.noisy, removal }
  const [decision, incident] = decide(state.decision, scored, settings.decision, newId)
  const learned =
    observed && looked && !frame.damaged
      ? learning(baseline, decision, state.tamper, atMs, measured, settling, settings)
      : baseline
  next = { ...next, decision, baseline: learned }
  const tampered = tamper(state.tamper, frame, baseline.tamper, baseline.regime, settings.tamper, newId)
  next = { ...next, tamper: tampered[0], baseline: settings.fixed ? learned : { ...learned, tamper: tampered[1] } }
  const drift = observed ? driftOf(next, atMs, settings) : undefined
  if (drift) next = { ...next, driftAtMs: atMs }
  const changed = [incident, tampered[2]].filter((one) => one !== undefined)
  return [next, [...changed.map((one) => ({ type: 'incident', incident: one }) as const), ...(drift ? [drift] : [])]]
}

function driftOf({ baseline, driftAtMs }: WatchState, atMs: number, { suspicion }: WatchSettings) {
  if (driftAtMs !== undefined && Math.abs(atMs - driftAtMs) < DRIFT_EVERY_MS) return undefined
  const drift = drifted(baseline, suspicion.priors, atMs)
  return drift && ({ type: 'drift', ...drift } as const)
}

/**
 * What to ask of the networks for a frame captured at `atMs`. The chain costs five times what the screen does, so it looks no
 * oftener than the decision does, also while the picture settles or is damaged and nothing is observed: what a camera costs is
 * bounded, whatever its scene does. It looks at once where there is evidence, and now and then where there is none, so that C
 * has a past here. The picture that people look at is made when an incident is raised: from half of the bound on it is near.
 * Pictures of updates have to do with one pass.
 */
export function nextLook(state: WatchState, settings: WatchSettings, atMs: number): Look {
  const { decision, baseline, chainAtMs } = state
  const { nats } = decision.evidence
  const { rate } = settings.decision
  return {
    verify: observes(decision, atMs, rate) && (chainAtMs === undefined || isDue(atMs - chainAtMs, rate)),
    always: sampleDue(baseline, chainAtMs, atMs) || nats > 0 || decision.incident !== undefined,
    purify: decision.incident === undefined && nats > boundOf(settings.decision) / 2,
    suspicious: suspiciousAt(baseline, atMs, settings.suspicion),
    flagged: flaggedAt(baseline, atMs, settings.suspicion),
  }
}

function sampleDue(baseline: Baseline, chainAtMs: number | undefined, atMs: number): boolean {
  if (chainAtMs === undefined) return true
  const learned = baseline.regimes[baseline.regime]?.signals.chain.past.levels.length ?? 0
  const samples = learned + baseline.pending.filter(({ measurements }) => measurements.chain !== undefined).length
  return (
    samples < LEVEL_NEEDS || Math.abs(atMs - chainAtMs) >= SAMPLE_EVERY_MS * (1 - APART * seededChance(chainAtMs)())
  )
}

/** How far the score of `verdict` lies over what this camera's own past expects of the network that gave it; undefined: no past yet. */
export function riseOf(
  { baseline }: WatchState,
  { score }: Verdict,
  { suspicion }: WatchSettings,
  atMs: number,
): number | undefined {
  const signal = score.chainLogit === undefined ? 'screen' : 'chain'
  const level = expectedLevel(baseline, signal, suspicion.priors[signal], atMs)
  return level === undefined ? undefined : score.logit - level
}

/** For people: which past the camera is judged by, how long it learned in this light, and from which rise of C it is flagged. */
export function baselineFacts({ baseline }: WatchState, { suspicion }: WatchSettings): BaselineFacts {
  const { margin, priors } = suspicion
  return {
    stage: stageOf(baseline),
    regime: baseline.regime,
    learnedMs: baseline.regimes[baseline.regime]?.learnedMs ?? 0,
    margin: margin ?? marginOf(baseline, 'chain', priors, PLAIN_P),
  }
}

function measurementsOf({ verdict, noise }: JudgedFrame): Measurements {
  const { screenLogit, chainLogit } = verdict.score
  return {
    ...(noise !== undefined && { noise }),
    ...(screenLogit !== undefined && { screen: screenLogit }),
    ...(chainLogit !== undefined && { chain: chainLogit }),
  }
}

/** A jump asks for the light at once; without one another light has to last. */
function light(state: WatchState, frame: JudgedFrame, atMs: number, jumped: boolean, settling: boolean) {
  const regime = settling
    ? { regime: regimeOf(frame.light, state.regime?.regime) }
    : enterRegime(state.regime, frame.light, atMs)
  const baseline = jumped ? jump(state.baseline, atMs) : state.baseline
  return { regime, baseline: enter(baseline, regime.regime) }
}

function learning(
  baseline: Baseline,
  decision: DecisionState,
  tampered: TamperState,
  atMs: number,
  measured: Measurements,
  settling: boolean,
  { suspicion, fixed }: WatchSettings,
): Baseline {
  if (fixed) return baseline
  if (decision.incident || decision.evidence.nats > SUSPICIOUS_NATS) return forget(baseline)
  // what a camera shows that is tampered with is none of its clean past
  if (!isUnsuspicious(tampered)) return forget(baseline)
  return learn(note(baseline, atMs, measured), atMs, suspicion.priors, settling)
}
