/** Which guard takes which camera: least load first. Pure. */
import { availableParallelism } from 'node:os'
import type { CameraSettings } from '../core/settings.js'

/**
 * One guard reads all its cameras on one thread. With one inference thread each, eight cameras in one guard dropped 5 % and reached
 * a p99 of 259 ms on 2 cores; in two guards none and 117 ms.
 */
const CAMERAS_PER_GUARD = 6

/** How many guards `auto` means: one for each 6 cameras, never more than there are cores. A guard takes about 180 MB. */
export function guardCount(wanted: 'auto' | number, cameras: number, cores = availableParallelism()): number {
  if (wanted !== 'auto') return wanted
  return Math.max(1, Math.min(Math.ceil(cameras / CAMERAS_PER_GUARD), cores))
}

/** Pixels a second that a camera brings at most. */
function load(camera: CameraSettings): number {
  return camera.frame.width ** 2 * camera.frame.rate
}

/**
 * Guard index of each camera id. Cameras in `kept` stay where they are; the others go, largest first,
 * to the guard with the least load.
 */
export function assignCameras(
  cameras: readonly CameraSettings[],
  guards: number,
  kept: ReadonlyMap<string, number> = new Map(),
): Map<string, number> {
  const loads = new Array<number>(guards).fill(0)
  const assigned = new Map<string, number>()
  const put = (camera: CameraSettings, guard: number) => {
    assigned.set(camera.id, guard)
    loads[guard]! += load(camera)
  }
  const fresh: CameraSettings[] = []
  for (const camera of cameras) {
    const at = kept.get(camera.id)
    if (at !== undefined && at < guards) put(camera, at)
    else fresh.push(camera)
  }
  for (const camera of fresh.sort((a, b) => load(b) - load(a))) put(camera, loads.indexOf(Math.min(...loads)))
  return assigned
}

/** What guards get to know when the cameras change; each entry names the guard. */
export interface Reassignment {
  readonly owners: ReadonlyMap<string, number>
  readonly releases: readonly (readonly [guard: number, cameraId: string])[]
  readonly assigns: readonly (readonly [guard: number, cameraId: string])[]
  readonly adjusts: readonly (readonly [guard: number, cameraId: string])[]
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/**
 * From `owners` to `cameras`: those in `changed` are released and assigned again, those in `adjusted` take their settings
 * while their stream goes on, the others go on untouched. A camera is released before it is assigned.
 */
export function reassign(
  owners: ReadonlyMap<string, number>,
  cameras: readonly CameraSettings[],
  guards: number,
  changed: ReadonlySet<string>,
  adjusted: ReadonlySet<string>,
): Reassignment {
  const ids = cameras.map((camera) => camera.id)
  const kept = new Map([...owners].filter(([id]) => ids.includes(id)))
  const next = assignCameras(cameras, guards, kept)
  const toGuard = (owner: ReadonlyMap<string, number>, of: readonly string[]) =>
    of.map((id) => [owner.get(id)!, id] as const)
  const removed = [...owners.keys()].filter((id) => !next.has(id))
  const added = ids.filter((id) => !owners.has(id))
  const again = ids.filter((id) => owners.has(id) && changed.has(id))
  return {
    owners: next,
    releases: toGuard(owners, [...removed, ...again]),
    assigns: toGuard(next, [...added, ...again]),
    adjusts: toGuard(
      next,
      ids.filter((id) => owners.has(id) && !changed.has(id) && adjusted.has(id)),
    ),
    added,
    removed,
  }
}
