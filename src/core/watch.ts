/**
 * From the networks' verdict to the decision: the one step that a guard and `scan` share. What they do with the effects is
 * theirs: a guard tells the daemon, `scan` prints.
 */
import { boundOf, type DecisionSettings, type DecisionState, decide, isDue, startDecision } from './decide.js'
import type { Frame } from './frame.js'
import type { Incident } from './incident.js'
import { removal } from './kind.js'
import { lumaHistogram } from './settle.js'
import type { Verdict } from './verdict.js'

/** A frame after the networks: their verdict, and what else was measured. Holds no pixels, so that it can be recorded. */
export interface JudgedFrame {
  /** Capture time, milliseconds. */
  readonly atMs: number
  readonly verdict: Verdict
  readonly damaged: boolean
  /** settle.ts. */
  readonly histogram: readonly number[]
  /** What the mapping network took away (kind.ts); of perturbed frames alone. */
  readonly removal?: Int8Array
  /** Size of the frame as the camera encoded it; undefined where nobody counted. */
  readonly encodedBytes?: number
}

/** What is remembered of a camera between frames. A value: each step returns a new one. */
export interface WatchState {
  readonly decision: DecisionState
  /** When the chain last looked at a frame. */
  readonly verifiedAtMs?: number
}

export type WatchEffect = {
  /** The incident was raised, updated or cleared: its phase says. */
  readonly type: 'incident'
  readonly incident: Incident
}

/** What the networks should do with the next frame. */
export interface Look {
  /** The chain may look, as the mode says. Else the screen alone: the decision has no use for more. */
  readonly verify: boolean
  /** All passes of the mapping network, not one: the result is likely to be shown. */
  readonly purify: boolean
}

/** The state of a camera that has brought no frame; `open` carries on an incident from before. */
export function startWatch(open?: Incident): WatchState {
  return { decision: startDecision(open) }
}

/** Measures `frame`, whose pixels are as they were before judging. */
export function judgedFrame(frame: Frame, verdict: Verdict): JudgedFrame {
  const { capturedAtMs, damaged, encodedBytes, pixels, width, height } = frame
  return {
    atMs: capturedAtMs,
    verdict,
    damaged,
    histogram: lumaHistogram(frame),
    ...(verdict.kind === 'perturbed' && { removal: removal(pixels, verdict.purified, width, height) }),
    ...(encodedBytes !== undefined && { encodedBytes }),
  }
}

/** One step. `newId` names a new incident. A frame that nobody judged takes none: it is neither clean nor evidence. */
export function watch(
  state: WatchState,
  frame: JudgedFrame,
  settings: DecisionSettings,
  newId: () => string,
): [WatchState, readonly WatchEffect[]] {
  const { atMs, verdict, damaged, histogram, removal } = frame
  const { kind, score } = verdict
  const scored = {
    atMs,
    score,
    flagged: kind === 'perturbed',
    unverified: kind === 'suspicious',
    damaged,
    histogram,
    removal,
  }
  const [decision, incident] = decide(state.decision, scored, settings, newId)
  const verifiedAtMs = score.chainLogit === undefined ? state.verifiedAtMs : atMs
  return [{ ...state, decision, verifiedAtMs }, incident ? [{ type: 'incident', incident }] : []]
}

/**
 * What to ask of the networks for a frame captured at `atMs`. The chain costs five times what the screen does, so it looks no
 * oftener than the decision does, also while the picture settles or is damaged and nothing is observed: what a camera costs is
 * bounded, whatever its scene does. The picture that people look at is made when an incident is raised: from half of the bound
 * on it is near. Pictures of updates have to do with one pass.
 */
export function nextLook({ decision, verifiedAtMs }: WatchState, settings: DecisionSettings, atMs: number): Look {
  const { incident, observedAtMs, evidence } = decision
  const due = (lastMs: number | undefined) => lastMs === undefined || isDue(atMs - lastMs, settings.rate)
  return {
    verify: due(observedAtMs) && due(verifiedAtMs),
    purify: incident === undefined && evidence.nats > boundOf(settings) / 2,
  }
}
