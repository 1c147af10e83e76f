/** The daemon's state as the status room shows it. Pure. */
import type { DeliverySnapshot } from '../delivery/delivery.js'
import type { BoardCamera, BoardGuard, BoardSnapshot } from '../status/board.js'
import type { CameraEntry } from './camera-ledger.js'
import type { RecentDiagnostic } from './diagnostics.js'
import type { GuardView } from './guard-runner.js'
import type { UnitFacts } from './payloads.js'

/** `recent` is oldest first; the board shows the newest first. */
export function boardOf(
  unit: UnitFacts,
  guards: readonly GuardView[],
  cameras: readonly CameraEntry[],
  delivery: DeliverySnapshot,
  recent: readonly RecentDiagnostic[],
): BoardSnapshot {
  const { broker, since, protocol, pending, lastError } = delivery
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
    guards: guards.map(guardOf),
    cameras: cameras.map(cameraOf),
    diagnostics: recent.toReversed(),
  }
}

function guardOf({ index, pid, state, restarts, rssBytes, engine }: GuardView): BoardGuard {
  return { index, pid, state, restarts, rssBytes, provider: engine?.provider, model: engine?.model }
}

function cameraOf(entry: CameraEntry): BoardCamera {
  const { id, state, cause, scored, everGuarded, incidentOpen, fps, flagged, frames, unscored, dropped } = entry
  return {
    ...{ id, state, cause, scored, everGuarded, incidentOpen, fps, flagged, frames, unscored, dropped },
    sinceMs: entry.stateSinceMs,
    score: entry.lastLogit,
    latencyP50Ms: entry.latencyP50Ms,
    latencyP99Ms: entry.latencyP99Ms,
    restarts: Math.max(0, entry.connects - 1),
  }
}
