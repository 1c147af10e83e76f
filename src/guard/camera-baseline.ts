/** A camera's past on disk: read when its first frame tells the size, written now and then and at the end. */
import { stat } from 'node:fs/promises'
import { baselinePath, readBaseline, writeBaseline } from '../baselines/baseline-file.js'
import type { BaselineOrigin } from '../baselines/stored.js'
import { type Baseline, NO_BASELINE } from '../core/baseline/baseline.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'

const SAVE_EVERY_MS = 300_000

export interface CameraBaseline {
  /**
   * The past of frames of this size: `now` while the size stays, else what was kept of it, or none. A file that somebody else
   * has written meanwhile (`framewarden calibrate`) is never written over; when `keep` has found it, it is the past from there.
   */
  of(size: { readonly width: number; readonly height: number }, now: Baseline): Promise<Baseline>
  /** Writes `baseline` if five minutes have gone by since it was. `nowMs` is monotonic. */
  keep(baseline: Baseline, nowMs: number): void
  /** Writes it now, and waits. */
  flush(baseline: Baseline): Promise<void>
}

/** `source`: the camera's address; credentials are never in it. A file that cannot be used is reported and begun anew. */
export function cameraBaseline(
  stateDir: string,
  camera: { readonly id: string; readonly url: string },
  bundle: string,
  onDiagnostic: (d: Diagnostic) => void,
): CameraBaseline {
  const path = baselinePath(stateDir, camera.id)
  let origin: BaselineOrigin | undefined
  let savedAtMs: number | undefined
  /** The file as it was last read or written here. */
  let known: string | undefined
  let writing: Promise<void> = Promise.resolve()

  const report = (error: unknown): undefined => {
    const { message } = error as Error
    onDiagnostic(diagnostic(error instanceof FwError ? error.code : 'FW_BASELINE', camera.id, message))
  }
  function write(baseline: Baseline): void {
    if (!origin) return
    const of = origin
    writing = writing.then(() => writeUnlessChanged(baseline, of)).catch(report)
  }
  async function writeUnlessChanged(baseline: Baseline, of: BaselineOrigin): Promise<void> {
    if ((await fileMark(path)) !== known) {
      origin = undefined
      return
    }
    await writeBaseline(path, baseline, of)
    known = await fileMark(path)
  }
  return {
    async of({ width, height }, now) {
      if (origin?.width === width && origin.height === height) return now
      origin = { bundle, width, height, source: camera.url }
      known = await fileMark(path)
      const kept = await readBaseline(path, origin).catch(report)
      return kept ?? NO_BASELINE
    },
    keep(baseline, nowMs) {
      savedAtMs ??= nowMs
      if (nowMs - savedAtMs < SAVE_EVERY_MS) return
      savedAtMs = nowMs
      write(baseline)
    },
    async flush(baseline) {
      write(baseline)
      await writing
    },
  }
}

/** Another one for each time the file was written; undefined: there is none. */
async function fileMark(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found && `${found.ino} ${found.mtimeMs}`
}
