/** A picture of the camera as it is now, for a person who asks: the next frame that comes, one at a time. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import type { Frame } from '../core/frame.js'
import { i420ToRgb } from '../core/i420.js'
import { pictureJpeg, writePicture } from '../evidence/pictures.js'

export interface CameraSnapshot {
  /** The next frame is kept, and reported. */
  ask(): void
  /** A frame of the camera; copied only where one was asked for. */
  offer(frame: Frame): void
  /** Resolves when nothing is being written. */
  settled(): Promise<void>
}

export interface CameraSnapshotParts {
  readonly stateDir: string
  /** Path below `stateDir`; null: the disk refuses. */
  onKept(path: string | null): void
  onDiagnostic(d: Diagnostic): void
}

/** Kept as `snapshots/<camera>.jpg`, in place of the one before. */
export function cameraSnapshot(
  cameraId: string,
  { stateDir, onKept, onDiagnostic }: CameraSnapshotParts,
): CameraSnapshot {
  const path = join('snapshots', `${cameraId}.jpg`)
  let asked = false
  let last: Promise<void> = Promise.resolve()

  async function keep({ pixels, width, height }: Pick<Frame, 'pixels' | 'width' | 'height'>): Promise<void> {
    try {
      const jpeg = await pictureJpeg(i420ToRgb(pixels, width, height), width, height)
      await mkdir(dirname(join(stateDir, path)), { recursive: true, mode: 0o700 })
      await writePicture(join(stateDir, path), jpeg)
      onKept(path)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      onDiagnostic(diagnostic('FW_EVIDENCE_DISK', cameraId, `${path}: ${code ?? message}`))
      onKept(null)
    }
  }

  return {
    ask: () => {
      asked = true
    },
    offer: ({ pixels, width, height }) => {
      if (!asked) return
      asked = false
      // the frame's buffer goes back to its pool
      const copy = { pixels: pixels.slice(), width, height }
      last = last.then(() => keep(copy))
    },
    settled: () => last,
  }
}
