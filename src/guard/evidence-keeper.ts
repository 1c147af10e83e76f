/** Pictures of an incident's moments, kept within quota; an alert never waits for a disk that refuses them. */
import { createHash } from 'node:crypto'
import { type AlertEvidence, NO_PICTURES } from '../core/alert.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { Incident } from '../core/incident.js'
import type { Retention } from '../core/settings.js'
import { evidenceDir, writeEvidence } from '../evidence/pictures.js'
import { evidenceQuota } from '../evidence/quota.js'

export interface EvidenceKeeper {
  /** Paths relative to the state directory; nulls (and a diagnostic) where the pictures could not be kept. */
  keep(cameraId: string, incident: Incident, before: Frame, after: Uint8Array | undefined): Promise<AlertEvidence>
}

/** What an alert without pictures still says of its frame. */
export function withoutPictures({ pixels }: Pick<Frame, 'pixels'>): AlertEvidence {
  const frame_sha256 = createHash('sha256').update(pixels).digest('hex')
  return { ...NO_PICTURES, frame_sha256 }
}

/** Keeps pictures under `stateDir`/evidence; never rejects. */
export function evidenceKeeper(
  stateDir: string,
  retention: Retention,
  onDiagnostic: (d: Diagnostic) => void,
): EvidenceKeeper {
  const failed = (cameraId: string, error: unknown) => {
    const code = error instanceof FwError ? error.code : 'FW_INTERNAL'
    onDiagnostic(diagnostic(code, cameraId, error instanceof Error ? error.message : String(error)))
  }
  const quota = evidenceQuota(stateDir, retention, (error) => failed('evidence', error))
  return {
    async keep(cameraId, incident, { pixels: before, width, height, capturedAtMs }, after) {
      const name = `${incident.id}-${incident.phase}-${Math.round(capturedAtMs)}`
      try {
        const dir = evidenceDir(stateDir, cameraId, capturedAtMs)
        const title = stripTitle(cameraId, incident, capturedAtMs)
        const written = await writeEvidence({ dir, name, title, box: incident.box, before, after, width, height })
        quota.wrote(written)
        return written
      } catch (error) {
        failed(cameraId, error)
        return withoutPictures({ pixels: before })
      }
    },
  }
}

/** `NORTH-DOOR  PATTERN  RAISED  2026-11-22 03:12:08 UTC` */
function stripTitle(cameraId: string, { kind, phase }: Incident, atMs: number): string {
  const at = new Date(atMs).toISOString()
  return `${cameraId}  ${kind}  ${phase}  ${at.slice(0, 10)} ${at.slice(11, 19)} UTC`
}
