/**
 * Calls for `enforceRetention` when it is due, beside the work: a look at 30,000 pictures takes 1.3 s of CPU (2 busy
 * cores of the test machine), too much for each alert.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AlertEvidence } from '../core/alert.js'
import type { Retention } from '../core/settings.js'
import { enforceRetention } from './retention.js'

/** A look after this share of the quota is written; other guards write too, and removal leaves 5 % of room. */
const SHARE = 64
/** And after this time, for what grows old. */
const EVERY_MS = 3_600_000

export interface EvidenceQuota {
  /** Tells of pictures just written; cleans up in the background when that is due. Never throws. */
  wrote(evidence: AlertEvidence): void
  /** Resolves when nothing runs. */
  settled(): Promise<void>
}

/** The first call of `wrote` looks at all that earlier runs left. `onFailure` hears FW_EVIDENCE_DISK. */
export function evidenceQuota(
  stateDir: string,
  retention: Retention,
  onFailure: (error: unknown) => void,
): EvidenceQuota {
  let writtenBytes = Number.POSITIVE_INFINITY
  let lookedAtMs = 0
  let last = Promise.resolve()

  async function account(evidence: AlertEvidence): Promise<void> {
    for (const path of [evidence.before, evidence.after, evidence.difference, evidence.strip]) {
      if (path !== null) writtenBytes += (await stat(join(stateDir, path)).catch(() => ({ size: 0 }))).size // removed already
    }
    const now = Date.now()
    if (writtenBytes < retention.maxBytes / SHARE && now - lookedAtMs < EVERY_MS) return
    writtenBytes = 0
    lookedAtMs = now
    await enforceRetention(join(stateDir, 'evidence'), retention, now)
  }

  return {
    wrote: (evidence) => {
      last = last.then(() => account(evidence)).catch(onFailure)
    },
    settled: () => last,
  }
}
