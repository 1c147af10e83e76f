/** The drills that run, one a camera at most: asked for here, done by the camera's guard, reported when they are over. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Alert, AlertBody } from '../core/alert.js'
import type { CameraFacts } from '../core/camera-facts.js'
import { type DrillRequest, type DrillResult, drillMs } from '../core/drill.js'
import { FwError } from '../core/errors.js'
import type { AlertFate } from '../delivery/delivery.js'
import { type DrillOrder, drillRefusal } from './drill-order.js'

/** `graceMs`: for the guard's last word after a drill, or after its camera went. `pubackMs`: for the broker, from the end on. */
export interface DrillLimits {
  readonly graceMs: number
  readonly pubackMs: number
}

const LIMITS: DrillLimits = { graceMs: 5_000, pubackMs: 10_000 }
const LOOK_EVERY_MS = 50

export interface DrillsParts {
  facts(cameraId: string): CameraFacts | undefined
  /** To the camera's guard. */
  send(cameraId: string, request: DrillRequest): void
  /** Keeps an alert. */
  alert(body: AlertBody): Promise<Alert>
  fate(seq: number): AlertFate
}

/** `delay_ms`, `seq` and `broker` are null where nothing was found. */
export type DrillReport = DrillOrder &
  Pick<DrillResult, 'end'> & {
    /** Perturbed frames that were judged; null where the guard did not say. */
    readonly frames: number | null
    readonly found: boolean
    readonly delay_ms: number | null
    /** Of the alert that raised it, and what the broker has made of that. */
    readonly seq: number | null
    readonly broker: AlertFate | null
  }

export interface Drills {
  /** Resolves when it is over and the broker has had its time. Throws FW_DRILL_REFUSED; FW_SPOOL_DISK where its alert was not kept. */
  drill(order: DrillOrder): Promise<DrillReport>
  /** An alert of a drill, which is being kept. */
  alerted(body: AlertBody, kept: Promise<Alert>): void
  ended(id: string, result: DrillResult): void
  /** What ops see of a camera has changed. */
  camera(facts: CameraFacts): void
}

interface Running {
  readonly id: string
  readonly end: (result: Ended) => void
  raised?: Promise<Alert>
  /** The alert that nothing has cleared yet. */
  open?: AlertBody
}

/** What is known where the guard says nothing. */
type Ended = Partial<DrillResult> & Pick<DrillResult, 'end'>
const LOST: Ended = { end: 'failed' }

export function createDrills({ facts, send, alert, fate }: DrillsParts, { graceMs, pubackMs } = LIMITS): Drills {
  const running = new Map<string, Running>()

  async function drill({ camera, attack, level }: DrillOrder): Promise<DrillReport> {
    const refusal = drillRefusal(camera, facts(camera), running.has(camera))
    if (refusal !== undefined) throw new FwError('FW_DRILL_REFUSED', refusal)
    const id = randomUUID()
    const over = new Promise<Ended>((end) => running.set(camera, { id, end }))
    const own = running.get(camera)!
    try {
      send(camera, { id, attack, level })
      const { end, frames = null, found } = await Promise.race([over, after(drillMs(attack) + graceMs)])
      // of a guard that is gone
      if (own.open) await alert({ ...own.open, phase: 'cleared', captured_at: new Date().toISOString() })
      const seq = (await own.raised)?.seq ?? null
      const delay_ms = found ? Math.round(found.delayMs) : null
      const broker = seq === null ? null : await fateOf(seq)
      return { camera, attack, level, end, frames, found: seq !== null, delay_ms, seq, broker }
    } finally {
      running.delete(camera)
    }
  }

  async function fateOf(seq: number): Promise<AlertFate> {
    const untilMs = performance.now() + pubackMs
    while (fate(seq) === 'waiting' && performance.now() < untilMs) await sleep(LOOK_EVERY_MS)
    return fate(seq)
  }

  return {
    drill,
    alerted(body, kept) {
      const own = running.get(body.camera)
      if (!own) return
      own.raised ??= kept
      kept.catch(() => {}) // whoever keeps it reports it
      own.open = body.phase === 'cleared' ? undefined : body
    },
    ended(id, result) {
      for (const own of running.values()) if (own.id === id) own.end(result)
    },
    camera({ id, state }) {
      const own = running.get(id)
      if (own && state !== 'guarding') void after(graceMs).then(own.end)
    },
  }
}

async function after(ms: number): Promise<Ended> {
  return sleep(ms, LOST, { ref: false })
}
