/** Where everything goes that the daemon has to say: the log, the page's list of diagnostics, and the broker. */
import type { Diagnostic } from '../core/diagnostic.js'
import type { Settings } from '../core/settings.js'
import type { DeliveryOptions } from '../delivery/delivery.js'
import type { Log } from '../log/log.js'
import { createDiagnostics, type Diagnostics } from './diagnostics.js'
import { type LiveDelivery, startLiveDelivery } from './live-delivery.js'
import type { StopStack } from './stop-stack.js'

export interface Reporting {
  readonly diagnostics: Diagnostics
  readonly delivery: LiveDelivery
  /** For a delivery in place of this one. */
  deliveryOptions(settings: Settings): DeliveryOptions
}

/** Throws as `startDelivery` does. Diagnostics are the last to stop: all the others may have one to say. */
export async function startReporting(settings: Settings, log: Log, stops: StopStack): Promise<Reporting> {
  const ended = new AbortController()
  stops.add(() => ended.abort())
  let delivery: LiveDelivery | undefined
  const diagnostics = createDiagnostics((d, line) => {
    log.warn({ code: d.code, subject: d.subject, count: d.count }, line)
    delivery?.diagnostic(d)
  }, ended.signal)

  const deliveryOptions = ({ unit, stateDir, mqtt, spool, cameras }: Settings): DeliveryOptions => ({
    ...{ unit, stateDir, mqtt, spool },
    cameras: cameras.map((camera) => camera.id),
    onDiagnostic: (d: Diagnostic) => diagnostics.note(d),
  })
  delivery = await startLiveDelivery(deliveryOptions(settings))
  stops.add(delivery.stop)
  return { diagnostics, delivery, deliveryOptions }
}
