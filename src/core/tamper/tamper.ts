/** Whether somebody tampers with a camera, decided over time: one step a frame, an observation a second. */
import { LEARN_AFTER_MS } from '../baseline/baseline.js'
import type { Regime } from '../baseline/regime.js'
import { MAX_GAP_MS } from '../evidence.js'
import type { Incident } from '../incident.js'
import { decideTamper, type TamperVerdict } from './decide-tamper.js'
import { isSilent, NO_TAMPER_EVIDENCE, tamperBound, weigh } from './evidence.js'
import type { TamperSettings } from './kinds.js'
import { endSecond, type LoopState, NO_LOOP, noteGrain } from './loop.js'
import { learnSignals, learnView, type Match, matchView, NO_TAMPER_PAST, type TamperPasts } from './past.js'
import type { Print } from './print.js'
import { lookAt, type Second, secondOf, type TamperLook } from './second.js'
import type { View } from './view.js'

/** What of a frame tamper is told by. `view`, `print`: undefined where nobody measured. */
export interface TamperFrame {
  readonly atMs: number
  readonly damaged: boolean
  /** settle.ts. */
  readonly histogram: readonly number[]
  readonly view?: View
  readonly print?: Print
}

export interface TamperDecision {
  readonly kinds: TamperSettings
  readonly falseAlarmsPerDay: number
  readonly clearAfterMs: number
}

export interface TamperState extends TamperVerdict {
  readonly seenAtMs?: number
  /** Of the second that is being filled. */
  readonly secondAtMs?: number
  readonly looks: readonly TamperLook[]
  readonly prints: readonly Print[]
  readonly loop: LoopState
  /** When an observation was last weighed. */
  readonly weighedAtMs?: number
  /** After a break in the stream: a camera that has started finds its exposure and focus. */
  readonly settlesUntilMs: number
  /** Unsuspicious seconds that wait to be learned. */
  readonly pending: readonly Pending[]
}

interface Pending {
  readonly second: Second
  readonly regime: Regime
  readonly view: View
  readonly match?: Match
}

const SECOND_MS = 1_000
const SETTLES_MS = 10_000

/** The state of a camera that has brought no frame; `open` carries on an incident from before. */
export function startTamper(open?: Incident): TamperState {
  return {
    looks: [],
    prints: [],
    loop: NO_LOOP,
    evidence: NO_TAMPER_EVIDENCE,
    settlesUntilMs: Number.NEGATIVE_INFINITY,
    sinceMs: 0,
    worst: 0,
    pending: [],
    ...(open && { incident: open, worst: open.score }),
  }
}

/** Nothing speaks for tamper: what the camera shows may be learned. */
export function isUnsuspicious({ evidence, incident }: TamperVerdict): boolean {
  return !incident && isSilent(evidence)
}

/** One frame. Returns the state, the past, and the incident if it changed. `newId` names a new one. */
export function tamper(
  state: TamperState,
  frame: TamperFrame,
  pasts: TamperPasts,
  regime: Regime,
  decision: TamperDecision,
  newId: () => string,
): [TamperState, TamperPasts, Incident | undefined] {
  const { atMs } = frame
  let next = resumed(state, atMs)
  if (!frame.damaged) next = looked(next, frame, pasts, regime)
  if (atMs - next.secondAtMs! < SECOND_MS) return [next, pasts, undefined]
  const [loop, likeness] = endSecond(next.loop, atMs)
  const second = secondOf(next.looks, next.prints, likeness, atMs, pasts, regime)
  const last = next.looks.at(-1)
  next = { ...next, secondAtMs: atMs, loop, looks: last ? [last] : [], prints: [] }
  if (!second || !last || atMs < next.settlesUntilMs) return [next, pasts, undefined]
  const [decided, changed] = weighed(next, second, pasts, regime, decision, newId)
  if (!isUnsuspicious(decided)) return [{ ...decided, pending: [] }, pasts, changed]
  const pending = [...decided.pending, { second, regime, view: last.view, match: last.match }]
  return [...learned({ ...decided, pending }, pasts, atMs, decision.kinds.turned.views), changed]
}

/** A break in the stream: what was measured before it says nothing of what comes after. */
function resumed(state: TamperState, atMs: number): TamperState {
  const gapMs = Math.abs(atMs - (state.seenAtMs ?? atMs))
  const seen = { ...state, seenAtMs: atMs, secondAtMs: state.secondAtMs ?? atMs }
  if (gapMs <= MAX_GAP_MS) return seen
  return { ...seen, secondAtMs: atMs, looks: [], prints: [], pending: [], settlesUntilMs: atMs + SETTLES_MS }
}

function looked(state: TamperState, frame: TamperFrame, pasts: TamperPasts, regime: Regime): TamperState {
  const { view, print, histogram } = frame
  const { prints, loop, looks } = state
  const noted = print ? { ...state, prints: [...prints, print], loop: noteGrain(loop, print.grain) } : state
  if (!view) return noted
  const look = lookAt(view, histogram, matchView(pasts, regime, view), looks.at(-1)?.view)
  return { ...noted, looks: [...looks, look] }
}

function weighed(
  state: TamperState,
  second: Second,
  pasts: TamperPasts,
  regime: Regime,
  { kinds, falseAlarmsPerDay, clearAfterMs }: TamperDecision,
  newId: () => string,
): [TamperState, Incident | undefined] {
  const { atMs } = second
  const bound = tamperBound(falseAlarmsPerDay)
  const gapMs = Math.abs(atMs - (state.weighedAtMs ?? atMs))
  const [evidence, rarity] = weigh(state.evidence, second, gapMs, pasts, regime, kinds, bound)
  const next = { ...state, evidence, weighedAtMs: atMs, ...(isSilent(state.evidence) && { sinceMs: atMs - SECOND_MS }) }
  const worst = isUnsuspicious(next) ? 0 : Math.max(next.worst, -Math.log(rarity))
  return decideTamper({ ...next, worst }, atMs, bound, clearAfterMs, newId)
}

/** What has waited long enough; a camera that has no view in this light learns at once. */
function learned(state: TamperState, before: TamperPasts, atMs: number, views: number): [TamperState, TamperPasts] {
  let { pending } = state
  let pasts = before
  for (let first = pending[0]; first; first = pending[0]) {
    const { second, regime, view, match } = first
    const own = pasts[regime] ?? NO_TAMPER_PAST
    if (own.views.length > 0 && Math.abs(atMs - second.atMs) < LEARN_AFTER_MS) break
    pasts = { ...pasts, [regime]: learnView(learnSignals(own, second.measured, second.atMs), view, match, views) }
    pending = pending.slice(1)
  }
  return [{ ...state, pending }, pasts]
}
