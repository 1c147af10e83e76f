/** The unit's own history: every incident that it raised, as its log keeps it. Pure; `incidents/` writes and reads. */
import { type Alert, type AlertBody, type AlertEvidence, type Kind, NO_PICTURES, type Phase } from './alert.js'
import { alertText } from './alert-text.js'
import type { Box } from './verdict.js'

/** Of one moment of an incident. Paths are relative to state_dir; retention may have taken the files. */
export interface IncidentPictures extends Omit<AlertEvidence, 'frame_sha256'> {
  readonly phase: Phase
  readonly at: string
}

/** One alert of an incident, in short. */
export interface IncidentChange extends Pick<AlertBody, 'phase' | 'kind' | 'level' | 'score'> {
  readonly seq: number
  readonly at: string
}

/** Who has seen an incident. `by`: `page`, `mqtt`, `command`; `note`: what they wrote. */
export interface Acknowledgement {
  readonly at: string
  readonly by: string
  readonly note: string
}

/** Contract: `framewarden schema incident`. Times are RFC 3339, UTC. */
export interface LoggedIncident {
  readonly id: string
  readonly camera: string
  readonly kind: Kind
  readonly drill: boolean
  /** Of the last alert; anything but `cleared` is open. */
  readonly phase: Phase
  readonly since: string
  readonly raised_at: string
  readonly updated_at: string
  readonly cleared_at: string | null
  readonly acknowledged: Acknowledgement | null
  readonly level: number | null
  readonly score: number
  readonly box: Box | null
  readonly text: string
  /** How many alerts it had. */
  readonly alerts: number
  /** How it went on: its first alert, and the last seven. */
  readonly changes: readonly IncidentChange[]
  /** Of the first alert, and of the last three with pictures. */
  readonly pictures: readonly IncidentPictures[]
  readonly model: AlertBody['model']
}

/** A line of the log. `kept`: an incident as it stood when the log was written anew. */
export type LogEntry =
  | { readonly type: 'alert'; readonly alert: Alert }
  | ({ readonly type: 'acknowledged'; readonly incident: string } & Acknowledgement)
  | { readonly type: 'kept'; readonly seq: number; readonly incident: LoggedIncident }

export interface IncidentHistory {
  /** Of the last alert; 0: none yet. */
  readonly lastSeq: number
  /** The one that was raised first comes first. */
  readonly incidents: ReadonlyMap<string, LoggedIncident>
}

export const NO_HISTORY: IncidentHistory = { lastSeq: 0, incidents: new Map() }
/** More than a person looks back on; about 1.5 kB each. */
export const KEPT_INCIDENTS = 1_000
const LAST_PICTURES = 3
const LAST_CHANGES = 7

/** One more line. Of more than KEPT_INCIDENTS the oldest go. An acknowledgement of an incident that is not there changes nothing. */
export function entered(history: IncidentHistory, entry: LogEntry): IncidentHistory {
  if (entry.type === 'kept') return withIncident({ ...history, lastSeq: entry.seq }, ofToday(entry.incident))
  if (entry.type === 'alert') {
    const { alert } = entry
    const before = history.incidents.get(alert.incident)
    return withIncident({ ...history, lastSeq: alert.seq }, before ? continued(before, alert) : begun(alert))
  }
  const { type: _, incident, ...acknowledged } = entry
  const known = history.incidents.get(incident)
  return known ? withIncident(history, { ...known, acknowledged }) : history
}

/** The lines of a log that holds no more than `history`. */
export function entriesOf({ lastSeq, incidents }: IncidentHistory): LogEntry[] {
  return [...incidents.values()].map((incident) => ({ type: 'kept', seq: lastSeq, incident }))
}

/** What is wanted of the history. `open`: those that are not cleared. */
export interface IncidentsWanted {
  readonly camera?: string
  readonly open?: boolean
  readonly limit?: number
}

/** Newest first. */
export function chosenIncidents({ incidents }: IncidentHistory, wanted: IncidentsWanted = {}): LoggedIncident[] {
  const { camera, open = false, limit = KEPT_INCIDENTS } = wanted
  return [...incidents.values()]
    .filter((one) => (camera === undefined || one.camera === camera) && (!open || isOpen(one)))
    .reverse()
    .slice(0, limit)
}

export function isOpen({ phase }: Pick<LoggedIncident, 'phase'>): boolean {
  return phase !== 'cleared'
}

/** The alert that ends an incident whose guard is gone, at `at` (RFC 3339). */
export function clearingAlert(incident: LoggedIncident, at: string): AlertBody {
  const { id, camera, since, kind, level, score, box, model, drill } = incident
  return {
    camera,
    incident: id,
    phase: 'cleared',
    captured_at: at,
    since,
    kind,
    level,
    score,
    box,
    evidence: NO_PICTURES,
    model,
    drill,
  }
}

function withIncident(history: IncidentHistory, incident: LoggedIncident): IncidentHistory {
  const incidents = new Map(history.incidents).set(incident.id, incident)
  for (const id of incidents.keys()) {
    if (incidents.size <= KEPT_INCIDENTS) break
    incidents.delete(id)
  }
  return { ...history, incidents }
}

/** Logs of early versions know the number of alerts alone. */
function ofToday({ changes = [], ...incident }: LoggedIncident): LoggedIncident {
  return { ...incident, changes }
}

function begun(alert: Alert): LoggedIncident {
  const { camera, incident, since, captured_at, model, drill } = alert
  const known = { id: incident, camera, since, raised_at: captured_at, model, drill, acknowledged: null, alerts: 0 }
  return continued({ ...known, ...changing(alert), changes: [], pictures: [] }, alert)
}

function continued(before: LoggedIncident, alert: Alert): LoggedIncident {
  const { frame_sha256: _, url: __, ...paths } = alert.evidence
  const there = Object.values(paths).some((path) => path !== null)
  const { seq, phase, captured_at: at, kind, level, score } = alert
  const pictures = there ? ends([...before.pictures, { phase, at, ...paths }], LAST_PICTURES) : before.pictures
  const changes = ends([...before.changes, { seq, phase, at, kind, level, score }], LAST_CHANGES)
  return { ...before, ...changing(alert), alerts: before.alerts + 1, changes, pictures }
}

/** The first one and the last `most` of the others. */
function ends<T>([first, ...rest]: readonly T[], most: number): T[] {
  return first === undefined ? [] : [first, ...rest.slice(-most)]
}

function changing(alert: Alert) {
  const { phase, kind, level, score, box, captured_at } = alert
  const cleared_at = phase === 'cleared' ? captured_at : null
  return { phase, kind, level, score, box, updated_at: captured_at, cleared_at, text: alertText(alert) }
}
