/** The unit's history in the daemon: what alerts write into it, what an earlier run left out, and who has seen what. */
import type { Alert, AlertBody } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import {
  type Acknowledgement,
  chosenIncidents,
  clearingAlert,
  type IncidentsWanted,
  isOpen,
  type LoggedIncident,
} from '../core/incident-history.js'
import type { Delivery } from '../delivery/delivery.js'
import { type IncidentLog, openIncidentLog } from '../incidents/incident-log.js'

/** What is acknowledged: an incident by its id, or the newest of a camera that nobody has seen. */
export type AcknowledgeOrder = Omit<Acknowledgement, 'at'> &
  ({ readonly incident: string } | { readonly camera: string })

export interface History {
  /** As `Delivery.alert`, and then written into the history. */
  alert(body: AlertBody): Promise<Alert>
  /** Newest first. */
  incidents(wanted?: IncidentsWanted): readonly LoggedIncident[]
  incident(id: string): LoggedIncident | undefined
  /** Again: the first who has seen it stays. Throws FW_INCIDENT_UNKNOWN. */
  acknowledge(order: AcknowledgeOrder): LoggedIncident
  /** Ends each open incident that no guard will carry on: those that are not in `carried`, by id. */
  clearLeft(carried: ReadonlySet<string>): Promise<void>
  flush(): Promise<void>
}

/** `onAcknowledged` hears of each that is new. Never rejects. */
export async function openHistory(
  stateDir: string,
  delivery: Pick<Delivery, 'alert' | 'kept'>,
  onDiagnostic: (d: Diagnostic) => void,
  onAcknowledged: (incident: LoggedIncident) => void,
): Promise<History> {
  const log = await openIncidentLog(stateDir, { onDiagnostic })
  await catchUp(log, delivery, onDiagnostic)

  async function alert(body: AlertBody): Promise<Alert> {
    const kept = await delivery.alert(body)
    log.alert(kept)
    return kept
  }

  function ordered(order: AcknowledgeOrder): LoggedIncident {
    if ('incident' in order) {
      const found = log.history.incidents.get(order.incident)
      if (found) return found
      throw new FwError('FW_INCIDENT_UNKNOWN', `no incident '${order.incident}' in the history of this unit`)
    }
    const found = chosenIncidents(log.history, { camera: order.camera }).find((one) => one.acknowledged === null)
    if (found) return found
    throw new FwError('FW_INCIDENT_UNKNOWN', `camera '${order.camera}' has no incident that is not acknowledged`)
  }

  return {
    alert,
    incidents: (wanted) => chosenIncidents(log.history, wanted),
    incident: (id) => log.history.incidents.get(id),
    acknowledge(order) {
      const { id, acknowledged } = ordered(order)
      if (!acknowledged) {
        const { by, note } = order
        log.acknowledge(id, { at: new Date().toISOString(), by, note })
        onAcknowledged(log.history.incidents.get(id)!)
      }
      return log.history.incidents.get(id)!
    },
    async clearLeft(carried) {
      for (const incident of chosenIncidents(log.history)) {
        if (isOpen(incident) && !carried.has(incident.id)) {
          await alert(clearingAlert(incident, new Date().toISOString()))
        }
      }
    },
    flush: log.flush,
  }
}

/** Alerts that were kept and not written into the history: the daemon was killed in between, or the disk refused. */
async function catchUp(
  log: IncidentLog,
  { kept }: Pick<Delivery, 'kept'>,
  onDiagnostic: (d: Diagnostic) => void,
): Promise<void> {
  try {
    for await (const alert of kept(log.history.lastSeq)) log.alert(alert)
  } catch (error) {
    onDiagnostic(diagnostic('FW_INCIDENT_LOG', 'incidents', `the spool cannot be read: ${(error as Error).message}`))
  }
}
