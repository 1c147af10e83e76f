/** What the daemon knows of each camera: totals that outlive guards, its health, and which incidents are open. */
import type { Kind } from '../core/alert.js'
import type { CameraCounts, CameraFacts, CameraRates, CameraReport } from '../core/camera-facts.js'
import { type CameraHealth, followHealth, guardLost, type ShownHealth, startHealth } from '../core/camera-health.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { quantile } from '../core/quantile.js'
import type { Clock } from './clock.js'

interface Entry {
  readonly health: CameraHealth
  /** Of its open incidents. */
  readonly kinds: readonly Kind[]
  readonly rates: CameraRates
  /** Totals of the counts that have ended, and the last report of the one that goes on. */
  readonly before: CameraCounts
  readonly running: CameraCounts
  /** Somebody has paused it then, on the monotonic clock. */
  readonly pausedAtMs?: number
  readonly said: CameraFacts
  /** Capture to disk of the last alarms. */
  readonly alarmsMs: readonly number[]
}

/** Alarms are rare: these are weeks, and a flood of them is seen whole. */
const MOST_ALARMS = 128

export interface CameraLedger {
  /** `kinds` of its open incidents. */
  add(cameraId: string, kinds: readonly Kind[]): void
  remove(cameraId: string): void
  /** What a guard says; reports of cameras that were removed meanwhile are not taken. */
  report(report: CameraReport): void
  /** Incidents of these kinds are open. */
  incidents(cameraId: string, kinds: readonly Kind[]): void
  /** Somebody has paused the camera, or lets it go on. */
  pause(cameraId: string, on: boolean): void
  /** An alarm was on disk so long after the capture of the frame that raised it. */
  alarm(cameraId: string, latencyMs: number): void
  /** The camera's guard is gone. */
  lost(cameraId: string, cause: Diagnostic): void
  get(cameraId: string): CameraFacts | undefined
  all(): readonly CameraFacts[]
}

/** `onChange` is called when something that goes to ops at once has changed; counters and rates alone are not. */
export function cameraLedger(clock: Clock, onChange: (now: CameraFacts, before: CameraFacts) => void): CameraLedger {
  const entries = new Map<string, Entry>()

  function change(id: string, of: (entry: Entry) => Partial<Entry>): void {
    const entry = entries.get(id)
    if (!entry) return
    const next = { ...entry, ...of(entry) }
    const now = facts(id, next)
    entries.set(id, { ...next, said: now })
    if (isNews(entry.said, now)) onChange(now, entry.said)
  }

  function facts(id: string, entry: Omit<Entry, 'said'>): CameraFacts {
    const { kinds, rates, before, running, alarmsMs } = entry
    const { state, cause, sinceMs } = shownOf(id, entry)
    const scored = state === 'guarding'
    const shown = { id, state, cause, sinceMs: clock.wallMs(sinceMs), scored, incidentOpen: kinds.length > 0, kinds }
    return { ...shown, ...rates, ...alarmLatency(alarmsMs), ...sum(before, running) }
  }

  return {
    add(id, kinds) {
      const entry = { ...startHeld(clock), kinds, before: NONE, alarmsMs: [] }
      entries.set(id, { ...entry, said: facts(id, entry) })
    },
    remove(id) {
      entries.delete(id)
    },
    report(report) {
      change(report.id, (entry) => {
        // a camera that was assigned anew counts from 0 again
        const anew = COUNTS.some((key) => report[key] < entry.running[key])
        const before = anew ? sum(entry.before, entry.running) : entry.before
        const health = followHealth(entry.health, report, clock.nowMs())
        return { health, before, running: sum(NONE, report), rates: ratesOf(report) }
      })
    },
    pause: (id, on) =>
      change(id, ({ before, running }) => ({
        ...startHeld(clock),
        pausedAtMs: on ? clock.nowMs() : undefined,
        before: sum(before, running),
      })),
    incidents: (id, kinds) => change(id, () => ({ kinds })),
    alarm: (id, latencyMs) => change(id, ({ alarmsMs }) => ({ alarmsMs: lastOf(alarmsMs, latencyMs) })),
    lost(id, cause) {
      change(id, ({ health, before, running }) => ({
        health: guardLost(health, cause, clock.nowMs()),
        rates: { fps: 0 },
        before: sum(before, running),
        running: NONE,
      }))
    },
    get(id) {
      const entry = entries.get(id)
      return entry && facts(id, entry)
    },
    all: () => [...entries].map(([id, entry]) => facts(id, entry)),
  }
}

/** Of a camera that no guard has yet. */
function startHeld(clock: Clock) {
  return { health: startHealth(clock.nowMs()), rates: { fps: 0 }, running: NONE }
}

/** Nobody guards a camera that is paused, and that is no fault of it. */
function shownOf(id: string, { health, pausedAtMs }: Pick<Entry, 'health' | 'pausedAtMs'>): ShownHealth {
  if (pausedAtMs === undefined) return health.shown
  return { state: 'stopped', sinceMs: pausedAtMs, cause: diagnostic('FW_CAMERA_PAUSED', id, 'somebody has paused it') }
}

/** `sinceMs` alone changes when the unit's clock was set. */
function isNews(before: CameraFacts, now: CameraFacts): boolean {
  return (
    before.state !== now.state ||
    before.cause?.code !== now.cause?.code ||
    before.sinceMs !== now.sinceMs ||
    before.kinds.join() !== now.kinds.join() ||
    before.baseline?.stage !== now.baseline?.stage
  )
}

function lastOf(alarmsMs: readonly number[], latencyMs: number): readonly number[] {
  return [...alarmsMs, latencyMs].slice(-MOST_ALARMS)
}

function alarmLatency(alarmsMs: readonly number[]): Pick<CameraFacts, 'alarmP50Ms' | 'alarmP95Ms'> {
  if (alarmsMs.length === 0) return {}
  const sorted = alarmsMs.toSorted((a, b) => a - b)
  return { alarmP50Ms: quantile(sorted, 0.5), alarmP95Ms: quantile(sorted, 0.95) }
}

const NONE: CameraCounts = { frames: 0, flagged: 0, unscored: 0, dropped: 0, connects: 0 }
const COUNTS = Object.keys(NONE) as (keyof CameraCounts)[]

function sum(a: CameraCounts, b: CameraCounts): CameraCounts {
  return {
    frames: a.frames + b.frames,
    flagged: a.flagged + b.flagged,
    unscored: a.unscored + b.unscored,
    dropped: a.dropped + b.dropped,
    connects: a.connects + b.connects,
  }
}

function ratesOf({ fps, score, rise, latencyP50Ms, latencyP99Ms, baseline }: CameraReport): CameraRates {
  return { fps, score, rise, latencyP50Ms, latencyP99Ms, baseline }
}
