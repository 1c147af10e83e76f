/** What the daemon knows of each camera: the last beat of its guard, and totals that outlive guards. */
import type { Diagnostic } from '../core/diagnostic.js'
import type { CameraBeat } from '../core/guard-protocol.js'

/** Counters since the daemon began; `scored` is false while no guard judges the camera's frames. */
export interface CameraEntry extends CameraBeat {
  /** The camera has been guarded at least once since the daemon began. */
  readonly everGuarded: boolean
}

const COUNTERS = ['frames', 'flagged', 'unscored', 'dropped', 'connects'] as const
type Totals = Record<(typeof COUNTERS)[number], number>

export interface CameraLedger {
  add(cameraId: string, incidentOpen: boolean): void
  remove(cameraId: string): void
  /** Takes a beat; returns the entry. Beats of cameras that were removed meanwhile are not known: undefined. */
  note(beat: CameraBeat): CameraEntry | undefined
  /** The camera's guard is gone. */
  lost(cameraId: string, cause: Diagnostic, atMs: number): CameraEntry | undefined
  get(cameraId: string): CameraEntry | undefined
  all(): readonly CameraEntry[]
}

export function cameraLedger(nowMs: () => number): CameraLedger {
  const entries = new Map<string, CameraEntry>()
  /** Totals of the counts that have ended, and the last beat of the one that goes on. */
  const before = new Map<string, Totals>()
  const last = new Map<string, Totals>()

  const put = (entry: CameraEntry) => {
    entries.set(entry.id, entry)
    return entry
  }
  return {
    add(id, incidentOpen) {
      before.set(id, zero())
      last.set(id, zero())
      put({
        id,
        state: 'connecting',
        stateSinceMs: nowMs(),
        ...zero(),
        fps: 0,
        evidenceNats: 0,
        evidenceBound: 0,
        incidentOpen,
        scored: false,
        everGuarded: false,
      })
    },
    remove(id) {
      entries.delete(id)
      before.delete(id)
      last.delete(id)
    },
    note(beat) {
      const known = entries.get(beat.id)
      if (!known) return undefined
      // a camera that was assigned anew counts from 0 again
      const goneBy = last.get(beat.id)!
      if (COUNTERS.some((key) => beat[key] < goneBy[key])) before.set(beat.id, sum(before.get(beat.id)!, goneBy))
      last.set(beat.id, sum(zero(), beat))
      const everGuarded = known.everGuarded || beat.state === 'guarding'
      return put({ ...beat, ...sum(before.get(beat.id)!, beat), everGuarded })
    },
    lost(id, cause, atMs) {
      const known = entries.get(id)
      if (!known) return undefined
      before.set(id, sum(zero(), known))
      last.set(id, zero())
      return put({ ...known, state: 'backoff', stateSinceMs: atMs, cause, fps: 0, scored: false, lastLogit: undefined })
    },
    get: (id) => entries.get(id),
    all: () => [...entries.values()],
  }
}

function zero(): Totals {
  return { frames: 0, flagged: 0, unscored: 0, dropped: 0, connects: 0 }
}

function sum(a: Totals, b: Totals): Totals {
  const totals = zero()
  for (const key of COUNTERS) totals[key] = a[key] + b[key]
  return totals
}
