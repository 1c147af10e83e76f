/** An incident as ops get to see it. Pure. */
import type { AlertBody, AlertEvidence } from '../core/alert.js'
import type { EngineFacts } from '../core/guard-protocol.js'
import type { Incident } from '../core/incident.js'

/**
 * `capturedAtMs`: arrival of the frame that changed the incident; `drill`: it was put in on purpose. Numbers are rounded to what
 * they are worth.
 */
export function alertBody(
  camera: string,
  incident: Incident,
  capturedAtMs: number,
  model: EngineFacts['model'],
  evidence: AlertEvidence,
  drill: boolean,
): AlertBody {
  return {
    camera,
    incident: incident.id,
    phase: incident.phase,
    captured_at: new Date(capturedAtMs).toISOString(),
    since: new Date(incident.sinceMs).toISOString(),
    kind: incident.kind,
    level: incident.level === undefined ? null : round(incident.level, 4),
    score: round(incident.score, 3),
    box: incident.box
      ? [round(incident.box[0], 4), round(incident.box[1], 4), round(incident.box[2], 4), round(incident.box[3], 4)]
      : null,
    evidence,
    model,
    drill,
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
