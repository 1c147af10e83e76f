/** The last day of each camera, kept by the unit: looked at each 2 s, on disk each five minutes and at the end. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CameraFacts } from '../core/camera-facts.js'
import { type CameraDay, looked, timelineOf, timelineRows } from '../core/timeline.js'
import { writeAtomically } from '../files/atomic-file.js'
import { readPlainFile } from '../files/plain-file.js'

const LOOK_EVERY_MS = 2_000
const SAVE_EVERY_MS = 300_000

export interface Timelines {
  /** undefined: there is no such camera. */
  of(cameraId: string): CameraDay | undefined
  /** Writes what is known; resolves when that is done. */
  stop(): Promise<void>
}

/** `onFailure` hears of a disk that refuses; the timelines go on in memory. */
export function keepTimelines(
  stateDir: string,
  entries: () => readonly CameraFacts[],
  onFailure: (text: string) => void,
): Timelines {
  const folder = join(stateDir, 'timelines')
  const known = new Map<string, CameraDay>()
  const loaded = new Map<string, Promise<void>>()

  function look(): void {
    const nowMs = Date.now()
    const there = entries()
    for (const id of known.keys()) if (!there.some((camera) => camera.id === id)) known.delete(id)
    for (const { id, state, scored, rise } of there) {
      known.set(id, looked(known.get(id) ?? [], state, scored ? rise : undefined, nowMs))
      if (!loaded.has(id)) loaded.set(id, load(id))
    }
  }

  /** What an earlier run saw goes before what this one has seen meanwhile. */
  async function load(id: string): Promise<void> {
    const text = await readPlainFile(join(folder, `${id}.json`)).catch(() => undefined) // no past, then
    const before = parsed(text?.toString())
    const now = known.get(id) ?? []
    const first = now[0]?.minute ?? Number.POSITIVE_INFINITY
    known.set(id, [...before.filter(({ minute }) => minute < first), ...now])
  }

  async function save(): Promise<void> {
    await Promise.all(loaded.values())
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      for (const [id, timeline] of known)
        await writeAtomically(join(folder, `${id}.json`), JSON.stringify({ minutes: timelineRows(timeline) }))
    } catch (error) {
      onFailure(`${folder}: ${(error as Error).message}`)
    }
  }

  look()
  let saving: Promise<void> = Promise.resolve()
  const looking = setInterval(look, LOOK_EVERY_MS)
  const keeping = setInterval(() => {
    saving = saving.then(save)
  }, SAVE_EVERY_MS)
  return {
    of: (id) => known.get(id),
    stop: async () => {
      clearInterval(looking)
      clearInterval(keeping)
      await saving.then(save)
    },
  }
}

function parsed(text: string | undefined): CameraDay {
  try {
    return timelineOf(JSON.parse(text ?? '{}').minutes)
  } catch {
    return [] // damaged: the day begins anew
  }
}
