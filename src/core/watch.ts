/**
 * From the networks' verdict to the decision: the one step that a guard and `scan` share. What they do with the effects is
 * theirs: a guard tells the daemon, `scan` prints.
 */
import { boundOf, type DecisionSettings, type DecisionState, decide, startDecision } from './decide.js'
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
}

export type WatchEffect = {
  /** The incident was raised, updated or cleared: its phase says. */
  readonly type: 'incident'
  readonly incident: Incident
}

/** What the networks should do with the next frame. */
export interface Look {
  /** All passes of the mapping network, not one: the result will be shown. */
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
  const scored = { atMs, score: verdict.score, flagged: verdict.kind === 'perturbed', damaged, histogram, removal }
  const [decision, incident] = decide(state.decision, scored, settings, newId)
  return [{ ...state, decision }, incident ? [{ type: 'incident', incident }] : []]
}

/** What to ask of the networks next. Pictures of an incident are made when it is raised: from half the bound on it is near. */
export function nextLook({ decision }: WatchState, settings: DecisionSettings): Look {
  return { purify: decision.evidence.nats > boundOf(settings) / 2 }
}
