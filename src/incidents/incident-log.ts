/** What this unit raised, updated, cleared, and who has seen it: kept in state_dir, bounded, over restarts and kills. */
import type { Alert } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import {
  type Acknowledgement,
  entered,
  entriesOf,
  type IncidentHistory,
  type LogEntry,
  NO_HISTORY,
} from '../core/incident-history.js'
import { incidentLogPath, logFile, readLog } from './log-file.js'

/** Beyond this the log is written anew with the incidents alone: half as long, at most. */
const MAX_BYTES = 4 * 1024 * 1024

export interface IncidentLog {
  /** As it is, with what is on its way to the disk. */
  readonly history: IncidentHistory
  alert(alert: Alert): void
  /** Who has seen the incident `id`; one that is not there changes nothing. */
  acknowledge(id: string, acknowledged: Acknowledgement): void
  /** Resolves when all is on disk, or could not be written. */
  flush(): Promise<void>
}

export interface IncidentLogOptions {
  readonly maxBytes?: number
  onDiagnostic(d: Diagnostic): void
}

/** Never rejects: a log that cannot be read begins anew, and what the disk refuses is written with the next entry. */
export async function openIncidentLog(stateDir: string, options: IncidentLogOptions): Promise<IncidentLog> {
  const { maxBytes = MAX_BYTES, onDiagnostic } = options
  const path = incidentLogPath(stateDir)
  const report = (text: string) => onDiagnostic(diagnostic('FW_INCIDENT_LOG', 'incidents', `${path}: ${text}`))
  const { entries, bytes, damaged } = await readLog(path).catch((error: NodeJS.ErrnoException) => {
    report(`cannot be read: ${error.code ?? error.message}`)
    return { entries: [], bytes: 0, damaged: 0 }
  })
  if (damaged > 0) report(`${damaged} damaged line(s) left out`)
  let history = entries.reduce(entered, NO_HISTORY)
  const file = logFile(path, bytes)
  let unwritten: LogEntry[] = []
  let writing: Promise<void> | undefined

  function add(entry: LogEntry): void {
    history = entered(history, entry)
    unwritten.push(entry)
    writing ??= write()
  }

  async function write(): Promise<void> {
    while (unwritten.length > 0) {
      const batch = unwritten
      unwritten = []
      try {
        if (file.bytes > maxBytes) await file.rewrite(shortened(history, maxBytes / 2))
        else await file.append(batch)
      } catch (error) {
        unwritten = [...batch, ...unwritten].slice(-1_000)
        const { code, message } = error as NodeJS.ErrnoException
        report(`cannot be written: ${code ?? message}`)
        break
      }
    }
    writing = undefined // in the same turn as the last look at `unwritten`
  }

  return {
    get history() {
      return history
    },
    alert: (alert) => add({ type: 'alert', alert }),
    acknowledge: (incident, acknowledged) => add({ type: 'acknowledged', incident, ...acknowledged }),
    flush: async () => {
      await writing
      if (unwritten.length > 0) await write()
    },
  }
}

/** For who only looks: the history in `stateDir`, of a daemon that runs or not. Throws what the file system throws. */
export async function readHistory(stateDir: string): Promise<IncidentHistory> {
  const { entries } = await readLog(incidentLogPath(stateDir))
  return entries.reduce(entered, NO_HISTORY)
}

/** The newest incidents whose lines have `most` bytes together. */
function shortened(history: IncidentHistory, most: number): LogEntry[] {
  const all = entriesOf(history)
  let bytes = 0
  let from = all.length
  for (; from > 0; from--) {
    bytes += JSON.stringify(all[from - 1]).length + 1
    if (bytes > most) break
  }
  return all.slice(from)
}
