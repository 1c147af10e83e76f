/** Where everything goes that the daemon has to say: the log, the page's list of diagnostics, the broker, the history. */
import type { LoggedIncident } from '../core/incident-history.js'
import type { Settings } from '../core/settings.js'
import { type Delivery, startDelivery } from '../delivery/delivery.js'
import type { Log } from '../log/log.js'
import { createDiagnostics, type Diagnostics } from './diagnostics.js'
import { type History, openHistory } from './history.js'
import type { StopStack } from './stop-stack.js'

export interface Reporting {
  readonly diagnostics: Diagnostics
  readonly delivery: Delivery
  readonly history: History
}

/** Throws as `startDelivery` does. Diagnostics are the last to stop: all the others may have one to say. */
export async function startReporting(settings: Settings, log: Log, stops: StopStack): Promise<Reporting> {
  const ended = new AbortController()
  stops.add(() => ended.abort())
  let delivery: Delivery | undefined
  const diagnostics = createDiagnostics((d, line) => {
    log.warn({ code: d.code, subject: d.subject, count: d.count }, line)
    delivery?.diagnostic(d)
  }, ended.signal)

  const { unit, stateDir, mqtt, spool, http, webhooks } = settings
  const { publicUrl } = http
  const cameras = settings.cameras.map(({ id }) => id)
  delivery = await startDelivery({
    unit,
    stateDir,
    publicUrl,
    mqtt,
    spool,
    webhooks,
    cameras,
    onDiagnostic: diagnostics.note,
  })
  stops.add(delivery.stop)
  const onAcknowledged = ({ id, camera, acknowledged }: LoggedIncident) =>
    log.info({ camera, incident: id }, `camera '${camera}': incident acknowledged (${acknowledged?.by})`)
  const history = await openHistory(stateDir, delivery, diagnostics.note, onAcknowledged)
  stops.add(history.flush)
  return { diagnostics, delivery, history }
}
