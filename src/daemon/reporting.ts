/** Where everything goes that the daemon has to say: the log, the page's list of diagnostics, the broker, the history. */
import type { LoggedIncident } from '../core/incident-history.js'
import type { Settings } from '../core/settings.js'
import { type Delivery, startDelivery } from '../delivery/delivery.js'
import type { AnswerRequest } from '../delivery/mqtt/request-inbox.js'
import type { Log } from '../log/log.js'
import { createDiagnostics, type Diagnostics } from './diagnostics.js'
import { type History, openHistory } from './history.js'
import type { StopStack } from './stop-stack.js'

export interface Reporting {
  readonly diagnostics: Diagnostics
  readonly delivery: Delivery
  readonly history: History
}

/** What comes back: requests over MQTT, and that somebody has seen an incident. */
export interface FromOps {
  readonly onRequest: AnswerRequest
  onAcknowledged(incident: LoggedIncident): void
}

/** Throws as `startDelivery` does. Diagnostics are the last to stop: all the others may have one to say. */
export async function startReporting(
  { settings, version, log }: { readonly settings: Settings; readonly version: string; readonly log: Log },
  stops: StopStack,
  heard: FromOps,
): Promise<Reporting> {
  const ended = new AbortController()
  stops.add(() => ended.abort())
  let delivery: Delivery | undefined
  const diagnostics = createDiagnostics((d, line) => {
    log.warn({ code: d.code, subject: d.subject, count: d.count }, line)
    delivery?.diagnostic(d)
  }, ended.signal)

  const { stateDir } = settings
  delivery = await startDelivery({
    ...settings,
    version,
    publicUrl: settings.http.publicUrl,
    cameras: settings.cameras.map(({ id }) => id),
    onRequest: heard.onRequest,
    onConnected: (text) => log.info(text),
    onDiagnostic: diagnostics.note,
  })
  stops.add(delivery.stop)
  const onAcknowledged = (incident: LoggedIncident) => {
    const { id, camera, acknowledged } = incident
    log.info({ camera, incident: id }, `camera '${camera}': incident acknowledged (${acknowledged?.by})`)
    heard.onAcknowledged(incident)
  }
  const history = await openHistory(stateDir, delivery, diagnostics.note, onAcknowledged)
  stops.add(history.flush)
  return { diagnostics, delivery, history }
}
