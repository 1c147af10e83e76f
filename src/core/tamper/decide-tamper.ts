/** From evidence to a camera's tamper incident: one at a time, of the kind that speaks. */
import { HELD_SHARE } from '../evidence.js'
import type { Incident } from '../incident.js'
import { NO_TAMPER_EVIDENCE, type TamperEvidence } from './evidence.js'
import { isTamper, TAMPER_KINDS, type TamperKind } from './kinds.js'

export interface TamperVerdict {
  readonly evidence: TamperEvidence
  /** When the evidence last left zero. */
  readonly sinceMs: number
  /** Rarity of the rarest second since then, in nats. */
  readonly worst: number
  readonly incident?: Incident
  /** Since when the evidence of an open incident has been low. */
  readonly quietSinceMs?: number
}

/** One observation, whose evidence is in `verdict` already. Returns the incident if it changed. */
export function decideTamper<T extends TamperVerdict>(
  verdict: T,
  atMs: number,
  bound: number,
  clearAfterMs: number,
  newId: () => string,
): [T, Incident | undefined] {
  const { incident } = verdict
  return incident ? follow(verdict, incident, atMs, bound, clearAfterMs) : raise(verdict, atMs, bound, newId)
}

function raise<T extends TamperVerdict>(
  verdict: T,
  atMs: number,
  bound: number,
  newId: () => string,
): [T, Incident | undefined] {
  const kind = TAMPER_KINDS.find((one) => verdict.evidence[one].nats >= bound)
  if (!kind) return [verdict, undefined]
  const { sinceMs, worst } = verdict
  const times = { sinceMs, raisedAtMs: atMs, updatedAtMs: atMs }
  const incident: Incident = { id: newId(), phase: 'raised', ...times, kind, score: worst }
  return [{ ...held(verdict, kind, bound), incident, quietSinceMs: undefined }, incident]
}

/** Another kind takes over where the one that was raised has gone quiet; else it is cleared in time. */
function follow<T extends TamperVerdict>(
  verdict: T,
  incident: Incident,
  atMs: number,
  bound: number,
  clearAfterMs: number,
): [T, Incident | undefined] {
  const kind = isTamper(incident.kind) ? incident.kind : TAMPER_KINDS[0]
  const next = held(verdict, kind, bound)
  const quiet = next.evidence[kind].nats < bound / 2
  const other = quiet ? TAMPER_KINDS.find((one) => one !== kind && next.evidence[one].nats >= bound) : undefined
  if (other) {
    const updated: Incident = { ...incident, phase: 'updated', updatedAtMs: atMs, kind: other, score: next.worst }
    return [{ ...held(next, other, bound), incident: updated, quietSinceMs: undefined }, updated]
  }
  const quietSinceMs = quiet ? (next.quietSinceMs ?? atMs) : undefined
  if (quietSinceMs === undefined || atMs - quietSinceMs < clearAfterMs) return [{ ...next, quietSinceMs }, undefined]
  const over = { incident: undefined, quietSinceMs: undefined, evidence: NO_TAMPER_EVIDENCE, worst: 0 }
  return [
    { ...next, ...over },
    { ...incident, phase: 'cleared', updatedAtMs: atMs },
  ]
}

function held<T extends TamperVerdict>(verdict: T, kind: TamperKind, bound: number): T {
  const entries = TAMPER_KINDS.map((one) => {
    const most = one === kind ? HELD_SHARE * bound : bound
    return [one, { nats: Math.min(most, verdict.evidence[one].nats) }]
  })
  return { ...verdict, evidence: Object.fromEntries(entries) as unknown as TamperEvidence }
}
