/** What `scan --out DIR` writes: cleaned pictures and clips, and what was done to flagged frames. */
import { mkdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { writeEvidence } from '../evidence/pictures.js'
import type { ScanFrame } from './judging.js'
import type { IncidentLine } from './lines.js'
import type { ScanSource } from './sources.js'
import { type ClipWriter, openClip } from './write-clip.js'
import { writePng } from './write-png.js'

export interface ScanOutput {
  /** A judged frame, its pixels as they were, and what it changed; resolves to that with the pictures that were written. */
  write(source: ScanSource, judged: ScanFrame, incidents: readonly IncidentLine[]): Promise<readonly IncidentLine[]>
  /** After a source's last frame; throws FW_EVIDENCE_DISK where its clip could not be written. */
  end(): Promise<void>
}

/** Flagged frames of one source are shown at most this often: before, after and difference are three files. */
const SHOW_EVERY_MS = 1_000

/** `ffmpegPath` encodes the clips. Sources of one name in different folders get a number after it. */
export function cleanedOutput(dir: string, ffmpegPath: string): ScanOutput {
  const taken = new Set<string>()
  let stem: string | undefined
  let clip: ClipWriter | undefined
  let shownAtMs = Number.NEGATIVE_INFINITY

  return {
    async write(source, judged, incidents) {
      await clean(source, judged)
      return incidents
    },
    async end() {
      const ending = clip
      clip = undefined
      stem = undefined
      shownAtMs = Number.NEGATIVE_INFINITY
      await ending?.end()
    },
  }

  /** A frame that was not judged is written as it is. */
  async function clean(source: ScanSource, { frame, verdict }: ScanFrame): Promise<void> {
    stem ??= await begin(source)
    const after = verdict?.kind === 'perturbed' ? verdict.purified : undefined
    if (source.kind === 'picture') await writePng(join(dir, `${stem}.cleaned.png`), frame, after ?? frame.pixels)
    else {
      clip ??= openClip(join(dir, `${stem}.cleaned.mp4`), frame, ffmpegPath)
      await clip.write(frame, after ?? frame.pixels)
    }
    if (!after || frame.capturedAtMs - shownAtMs < SHOW_EVERY_MS) return
    shownAtMs = frame.capturedAtMs
    const name = source.kind === 'picture' ? stem : `${stem}.${String(frame.seq).padStart(6, '0')}`
    const { width, height, pixels } = frame
    await writeEvidence({ dir, name, width, height, before: pixels, after })
  }

  async function begin(source: ScanSource): Promise<string> {
    await mkdir(dir, { recursive: true })
    const plain = basename(source.name, extname(source.name)).replace(/[^A-Za-z0-9._-]/g, '_') || 'source'
    let name = plain
    for (let n = 2; taken.has(name); n++) name = `${plain}-${n}`
    taken.add(name)
    return name
  }
}
