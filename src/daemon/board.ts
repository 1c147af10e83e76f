/** The daemon's state as the status room shows it. Pure. */
import type { CameraFacts } from '../core/camera-facts.js'
import type { DeliverySnapshot } from '../delivery/delivery.js'
import type { BoardGuard, BoardSnapshot } from '../status/board.js'
import type { RecentDiagnostic } from './diagnostics.js'
import type { GuardView } from './guard-state.js'
import type { UnitFacts } from './payloads.js'

/** `recent` is oldest first; the board shows the newest first. `actions`: drill and acknowledge may be asked of the page. */
export function boardOf(
  unit: UnitFacts,
  guards: readonly GuardView[],
  cameras: readonly CameraFacts[],
  delivery: DeliverySnapshot,
  recent: readonly RecentDiagnostic[],
  actions: boolean,
  leftOut: readonly string[],
): BoardSnapshot {
  const { broker, since, protocol, pending, webhooks, lastError } = delivery
  return {
    unit: unit.unit,
    version: unit.version,
    startedAtMs: unit.startedMs,
    broker: {
      state: broker,
      sinceMs: since,
      protocol,
      pending,
      error: lastError && `${lastError.code}: ${lastError.text}`,
    },
    webhooks,
    guards: guards.map(guardOf),
    cameras,
    diagnostics: recent.toReversed(),
    lastAlert: delivery.seq,
    actions,
    leftOut,
  }
}

function guardOf({ engine, ...guard }: GuardView): BoardGuard {
  return { ...guard, provider: engine?.provider, model: engine?.model }
}
