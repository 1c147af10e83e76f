/** The cameras of a guard: started one after the other, and never two of one id at a time, in whatever order messages come. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CameraReport } from '../core/camera-facts.js'
import type { Assignment, ToGuard } from '../core/guard-protocol.js'
import type { CameraGuard } from './camera-guard.js'

/** 16 ffmpegs at once kept the main thread from its beats for 2.6 s on 2 cores, and the daemon took the guard for hung. */
const CAMERA_EVERY_MS = 150

export type CameraMessage = Extract<ToGuard, { type: 'assign' | 'adjust' | 'release' | 'drill' | 'snapshot' }>

export interface GuardedCameras {
  /** Starts those that no message has assigned or released meanwhile, each with its settings of then. */
  start(assignments: readonly Assignment[]): Promise<void>
  /** Resolves when it is done; what is said of one camera is done in the order in which it was said. */
  handle(message: CameraMessage): Promise<void>
  count(): number
  reports(): readonly CameraReport[]
  /** How long the oldest frame in judgement has been there; 0 when none is. */
  judgingMs(nowMs: number): number
  /** Ends all cameras; none is started any more. */
  stop(): Promise<void>
}

/** `guard` starts to guard one camera. */
export function guardedCameras(guard: (assignment: Assignment) => CameraGuard): GuardedCameras {
  const guarded = new Map<string, CameraGuard>()
  /** Those that are to be started yet. */
  const waiting = new Map<string, Assignment>()
  /** The last thing to be done of each camera that a message spoke of. */
  const last = new Map<string, Promise<void>>()
  const stopping = new AbortController()
  const { signal } = stopping

  async function replace(id: string, assignment: Assignment | undefined): Promise<void> {
    const old = guarded.get(id)
    guarded.delete(id)
    await old?.stop()
    if (assignment && !signal.aborted) guarded.set(id, guard(assignment))
  }

  function take(message: CameraMessage): Promise<void> | void {
    if (message.type === 'adjust') return guarded.get(message.camera.id)?.adjust(message.camera)
    if (message.type === 'drill') return guarded.get(message.cameraId)?.drill(message.request)
    if (message.type === 'snapshot') return guarded.get(message.cameraId)?.snapshot()
    if (message.type === 'release') return replace(message.cameraId, undefined)
    return replace(message.assignment.camera.id, message.assignment)
  }

  return {
    async start(assignments) {
      for (const assignment of assignments) {
        const { id } = assignment.camera
        if (!last.has(id)) waiting.set(id, assignment)
      }
      for (const [id, assignment] of waiting) {
        if (signal.aborted) return
        waiting.delete(id)
        guarded.set(id, guard(assignment))
        await sleep(CAMERA_EVERY_MS, undefined, { signal }).catch(() => {}) // aborted: the loop ends
      }
    },
    handle(message) {
      const id = idOf(message)
      const first = waiting.get(id)
      if (first && message.type === 'adjust') waiting.set(id, { ...first, camera: message.camera })
      else if (message.type === 'assign' || message.type === 'release') waiting.delete(id)
      const done = (last.get(id) ?? Promise.resolve()).then(() => take(message))
      last.set(id, done)
      return done
    },
    count: () => guarded.size,
    reports: () => [...guarded.values()].map((camera) => camera.beat()),
    judgingMs(nowMs) {
      const since = [...guarded.values()].map((camera) => camera.judgingSinceMs() ?? nowMs)
      return nowMs - Math.min(nowMs, ...since)
    },
    async stop() {
      stopping.abort()
      await Promise.all(last.values())
      await Promise.all([...guarded.values()].map((camera) => camera.stop()))
    },
  }
}

function idOf(message: CameraMessage): string {
  if (message.type === 'adjust') return message.camera.id
  return message.type === 'assign' ? message.assignment.camera.id : message.cameraId
}
