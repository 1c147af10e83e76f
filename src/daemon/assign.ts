/** Which guard takes which camera: least load first. Pure. */
import { availableParallelism } from 'node:os'
import type { CameraSettings } from '../core/settings.js'

/**
 * One guard judges on one thread: about 130 frames a second of 640x360 with the shipped bundle, so six cameras at 15/s
 * leave it room. Eight with one guard dropped 5 % and reached a p99 of 259 ms on 2 cores; with two, none and 117 ms.
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
