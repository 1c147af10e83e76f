/** Incidents that are open, kept on disk: a restart neither forgets nor doubles them. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AlertBody } from '../core/alert.js'
import type { Incident } from '../core/incident.js'

const FILE = 'incidents.json'

export interface OpenIncident {
  readonly incident: Incident
  /** The last thing said of it. */
  readonly body: AlertBody
}

export interface OpenIncidents {
  get(cameraId: string): OpenIncident | undefined
  all(): readonly OpenIncident[]
  /** Remembers or, when the phase is cleared, forgets. */
  note(open: OpenIncident): void
  /** Writes what is known, by rename, so never half: called once the alert itself is safe. */
  save(): void
}

/** Reads `state_dir/incidents.json`; a missing or damaged file starts empty, and `onDamaged` is told. */
export function openIncidents(stateDir: string, onDamaged: (text: string) => void): OpenIncidents {
  const path = join(stateDir, FILE)
  const open = new Map<string, OpenIncident>()
  try {
    for (const entry of JSON.parse(readFileSync(path, 'utf8')) as OpenIncident[]) open.set(entry.body.camera, entry)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onDamaged(`${path}: ${(error as Error).message}`)
  }
  return {
    get: (cameraId) => open.get(cameraId),
    all: () => [...open.values()],
    note(entry) {
      if (entry.incident.phase === 'cleared') open.delete(entry.body.camera)
      else open.set(entry.body.camera, entry)
    },
    save() {
      try {
        writeFileSync(`${path}.new`, JSON.stringify([...open.values()]))
        renameSync(`${path}.new`, path)
      } catch (error) {
        onDamaged(`${path}: ${(error as Error).message}`)
      }
    },
  }
}
