/** Alerts of one camera leave in the order of its incident's changes, though their pictures take time. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AlertBody, AlertEvidence } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { Frame } from '../core/frame.js'
import type { EngineFacts } from '../core/guard-protocol.js'
import type { Incident } from '../core/incident.js'
import { alertBody } from './alert-body.js'
import { type EvidenceKeeper, withoutPictures } from './evidence-keeper.js'

export interface AlertQueue {
  /** Copies of `frame` what it needs before it returns; `cleaned` is the queue's from now on. */
  add(incident: Incident, frame: Frame, cleaned: Uint8Array | undefined, source?: AlertSource): void
  /** Resolves when all that was added has left. */
  drained(): Promise<void>
}

/** `drill`: put in on purpose. `capturedMs`: of the frame, on the monotonic clock; how old the alert is goes along with it. */
export interface AlertSource {
  readonly drill?: boolean
  readonly capturedMs?: number
}

export interface AlertQueueParts {
  readonly evidence: EvidenceKeeper
  readonly model: EngineFacts['model']
  send(alert: { readonly body: AlertBody; readonly incident: Incident; readonly ageMs?: number }): void
  onDiagnostic(d: Diagnostic): void
}

/** `pictures`: how many alerts may wait with pictures (0.7 MB each at 640x360). `keepMs`: how long a disk may take. */
export interface AlertQueueLimits {
  readonly pictures: number
  readonly keepMs: number
}

/** Three JPEGs take 0.1 s; a disk that takes this long would make the alarm late. */
const LIMITS: AlertQueueLimits = { pictures: 4, keepMs: 2_000 }

/** An alert whose pictures the disk does not take in time, or that finds too many before it, leaves without them. */
export function alertQueue(cameraId: string, parts: AlertQueueParts, limits = LIMITS): AlertQueue {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()

  async function keep(incident: Incident, before: Frame, cleaned: Uint8Array | undefined): Promise<AlertEvidence> {
    const over = new AbortController()
    const late = sleep(limits.keepMs, undefined, { signal: over.signal }).catch(() => undefined)
    const kept = await Promise.race([parts.evidence.keep(cameraId, incident, before, cleaned), late])
    over.abort()
    if (kept) return kept
    tooSlow(`no pictures within ${limits.keepMs} ms`)
    return withoutPictures(before)
  }

  function tooSlow(text: string): void {
    parts.onDiagnostic(diagnostic('FW_EVIDENCE_DISK', cameraId, `${text}; the alert leaves without them`))
  }

  return {
    add(incident, frame, cleaned, { drill = false, capturedMs } = {}) {
      const { capturedAtMs } = frame
      // the frame's buffer goes back to its pool
      const before = waiting < limits.pictures ? { ...frame, pixels: frame.pixels.slice() } : undefined
      const bare = before ? undefined : withoutPictures(frame)
      if (bare) tooSlow(`${waiting} alerts wait for their pictures`)
      waiting++
      last = last.then(async () => {
        const pictures = bare ?? (await keep(incident, before!, cleaned))
        waiting--
        const body = alertBody(cameraId, incident, capturedAtMs, parts.model, pictures, drill)
        parts.send({ body, incident, ageMs: capturedMs && performance.now() - capturedMs })
      })
    },
    drained: () => last,
  }
}
