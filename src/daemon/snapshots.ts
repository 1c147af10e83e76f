/** Pictures of cameras as they are now, for people who ask: made by the camera's guard, one a second at most. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readPlainFile } from '../files/plain-file.js'

/** Who asks within this time gets the same picture. */
const FRESH_MS = 1_000
/** A camera whose frames come brings one sooner. */
const PATIENCE_MS = 3_000

export interface Snapshots {
  /** A JPEG; undefined: there is no such camera, or no picture comes from it. */
  take(cameraId: string): Promise<Buffer | undefined>
  /** The guard has kept one at `path` below state_dir. */
  kept(cameraId: string, path: string | null): void
}

interface Asked {
  readonly atMs: number
  readonly picture: Promise<Buffer | undefined>
  answer(path: string | null): void
}

/** `ask` reaches the camera's guard; it is called for cameras that `has` knows. */
export function createSnapshots(
  stateDir: string,
  has: (cameraId: string) => boolean,
  ask: (cameraId: string) => void,
  patienceMs = PATIENCE_MS,
): Snapshots {
  const last = new Map<string, Asked>()

  function begin(cameraId: string): Promise<Buffer | undefined> {
    let answer: Asked['answer'] = () => {}
    const path = new Promise<string | null>((resolve) => {
      answer = resolve
    })
    const late = sleep(patienceMs, null, { ref: false })
    const picture = Promise.race([path, late]).then((found) =>
      found === null ? undefined : readPlainFile(join(stateDir, found)),
    )
    last.set(cameraId, { atMs: performance.now(), picture, answer })
    ask(cameraId)
    return picture
  }

  return {
    take: async (cameraId) => {
      if (!has(cameraId)) return undefined
      const asked = last.get(cameraId)
      return asked && performance.now() - asked.atMs < FRESH_MS ? asked.picture : begin(cameraId)
    },
    kept: (cameraId, path) => last.get(cameraId)?.answer(path),
  }
}
