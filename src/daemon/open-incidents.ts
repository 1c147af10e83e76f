/** Incidents that are open, kept on disk: a restart neither forgets nor doubles them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AlertBody, Kind } from '../core/alert.js'
import type { Incident } from '../core/incident.js'
import { keepFile } from '../files/kept-file.js'

const FILE = 'incidents.json'

export interface OpenIncident {
  readonly incident: Incident
  /** The last thing said of it. */
  readonly body: AlertBody
}

export interface OpenIncidents {
  /** Of each sort, perturbation and tamper, one at most. */
  of(cameraId: string): readonly OpenIncident[]
  kinds(cameraId: string): readonly Kind[]
  all(): readonly OpenIncident[]
  /** Remembers or, when the phase is cleared, forgets. */
  note(open: OpenIncident): void
  /** Resolves when what is known is on disk, or could not be written; called once the alert itself is safe. Never rejects. */
  save(): Promise<void>
}

/** Reads `state_dir/incidents.json`; a missing or damaged file starts empty, and `onDamaged` gets why. */
export function openIncidents(stateDir: string, onDamaged: (text: string) => void): OpenIncidents {
  const path = join(stateDir, FILE)
  const failed = (error: unknown) => onDamaged(`${path}: ${(error as Error).message}`)
  const open = new Map<string, OpenIncident>()
  const file = keepFile(path, { onFailure: failed })
  try {
    for (const entry of parse(readFileSync(path, 'utf8'))) open.set(entry.incident.id, entry)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') failed(error)
  }
  const of = (cameraId: string) => [...open.values()].filter(({ body }) => body.camera === cameraId)
  return {
    of,
    kinds: (cameraId) => of(cameraId).map(({ body }) => body.kind),
    all: () => [...open.values()],
    note(entry) {
      if (entry.incident.phase === 'cleared') open.delete(entry.incident.id)
      else open.set(entry.incident.id, entry)
    },
    save() {
      file.put(JSON.stringify([...open.values()]))
      return file.flush()
    },
  }
}

function parse(text: string): OpenIncident[] {
  const entries: unknown = JSON.parse(text)
  if (Array.isArray(entries) && entries.every(isOpenIncident)) return entries.map(ofToday)
  throw new Error('this is no list of open incidents')
}

/** Files of early versions call `updatedAtMs` otherwise. */
function ofToday(entry: OpenIncident): OpenIncident {
  const { toldAtMs, ...incident } = entry.incident as Incident & { readonly toldAtMs?: number }
  return { ...entry, incident: { ...incident, updatedAtMs: incident.updatedAtMs ?? toldAtMs } }
}

function isOpenIncident(entry: Partial<OpenIncident> | null): entry is OpenIncident {
  return typeof entry?.body?.camera === 'string' && typeof entry.incident?.id === 'string'
}
