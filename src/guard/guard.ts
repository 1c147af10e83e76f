/** The data plane of some cameras: one engine, the ffmpeg that was found, and a camera guard for each. */
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFfmpeg } from '../camera/ffmpeg.js'
import { diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import {
  type Assignment,
  BEAT_EVERY_MS,
  type EngineFacts,
  type FromGuard,
  type ToGuard,
} from '../core/guard-protocol.js'
import { repeatGate } from '../core/repeat.js'
import { type Engine, startEngine } from '../inference/engine.js'
import { type CameraGuard, type CameraGuardParts, guardCamera } from './camera-guard.js'
import { endGroup } from './end-group.js'
import { evidenceKeeper } from './evidence-keeper.js'
import { threadCount } from './thread-count.js'
import { createTurns } from './turns.js'

export interface Guard {
  handle(message: Extract<ToGuard, { type: 'assign' | 'adjust' | 'release' }>): Promise<void>
  stop(): Promise<void>
}

/**
 * Cameras start one after the other: 16 ffmpegs at once kept the main thread from its beats for 2.6 s on 2 cores, and the
 * daemon took the guard for hung.
 */
const CAMERA_EVERY_MS = 150

/** So many failures in a row, over all cameras, and the engine is given up. */
const MAX_FAILURES = 10

type Start = Extract<ToGuard, { type: 'start' }>

/**
 * Starts the engine and the cameras; beats from the first moment. Rejects, after a `failed` message that says why, when there is
 * no ffmpeg, no bundle or no provider.
 */
export async function startGuard(start: Start, send: (message: FromGuard) => void): Promise<Guard> {
  const guarded = new Map<string, CameraGuard>()
  /** Cameras that were assigned or released since the start message, which says nothing of them any more. */
  const handled = new Set<string>()
  const repeats = repeatGate((d) => send({ type: 'diagnostic', diagnostic: d }))
  /** A damaged stream has a diagnostic for each line of its ffmpeg: the daemon gets one a second. */
  const report = (message: FromGuard) =>
    message.type === 'diagnostic' ? repeats.pass(message.diagnostic, performance.now()) : send(message)
  const beating = setInterval(() => beat(), BEAT_EVERY_MS)
  beat()

  function beat(): void {
    const now = performance.now()
    repeats.flush(now)
    const since = [...guarded.values()].map((camera) => camera.judgingSinceMs() ?? now)
    send({
      type: 'beat',
      rssBytes: process.memoryUsage.rss(),
      judgingMs: now - Math.min(now, ...since),
      cameras: [...guarded.values()].map((camera) => camera.beat()),
    })
  }

  try {
    const parts = await open(start, report)
    const { engine, facts } = parts
    send({ type: 'ready', engine: facts })
    void takeThreads(start, parts, start.assignments.length)
    const add = (assignment: Assignment) => guarded.set(assignment.camera.id, guardCamera(assignment, parts))
    const stopping = new AbortController()
    void (async () => {
      for (const assignment of start.assignments) {
        if (stopping.signal.aborted) return
        if (!handled.has(assignment.camera.id)) add(assignment)
        await sleep(CAMERA_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      }
    })()
    return {
      async handle(message) {
        if (message.type === 'adjust') {
          guarded.get(message.camera.id)?.adjust(message.camera)
          return
        }
        const id = message.type === 'assign' ? message.assignment.camera.id : message.cameraId
        handled.add(id)
        const old = guarded.get(id)
        guarded.delete(id)
        // never a second child of a camera before the first one's end
        await old?.stop()
        if (message.type === 'assign') add(message.assignment)
        void takeThreads(start, parts, guarded.size)
      },
      async stop() {
        stopping.abort()
        await Promise.all([...guarded.values()].map((camera) => camera.stop()))
        clearInterval(beating)
        repeats.flush(Number.POSITIVE_INFINITY)
        await engine.close()
      },
    }
  } catch (error) {
    clearInterval(beating)
    const code = error instanceof FwError ? error.code : 'FW_INTERNAL'
    send({ type: 'failed', code, text: error instanceof Error ? error.message : String(error) })
    throw error
  }
}

async function open(start: Start, send: (message: FromGuard) => void): Promise<CameraGuardParts> {
  let failures = 0
  const [engine, ffmpeg] = await Promise.all([startEngine(start.models), findFfmpeg({ configured: start.ffmpegPath })])
  const turns = createTurns()
  turns.addThreads(engine.threads())
  return {
    engine,
    turns,
    ffmpeg,
    facts: factsOf(engine, `${ffmpeg.origin} ${ffmpeg.version}`),
    stateDir: start.stateDir,
    evidence: evidenceKeeper(start.stateDir, start.evidence, (d) => send({ type: 'diagnostic', diagnostic: d })),
    send,
    onAnswer() {
      failures = 0
    },
    onFailure() {
      // a dead inference thread does not come back: the daemon replaces the whole guard
      if (++failures === MAX_FAILURES) {
        send({
          type: 'failed',
          code: 'FW_INFERENCE_FAILED',
          text: `${MAX_FAILURES} frames in a row could not be judged`,
        })
        setTimeout(endGroup, 100)
      }
    },
  }
}

/** As many inference threads as `cameras` have use for; the guard goes on with those that it has where more do not start. */
async function takeThreads(start: Start, { engine, turns, send }: CameraGuardParts, cameras: number): Promise<void> {
  const { guards, models } = start
  try {
    turns.addThreads(await engine.grow(threadCount(models.threads, { cores: availableParallelism(), guards, cameras })))
  } catch (error) {
    const code = error instanceof FwError ? error.code : 'FW_INFERENCE_FAILED'
    const text = `${engine.threads()} inference threads, no more: ${error instanceof Error ? error.message : error}`
    send({ type: 'diagnostic', diagnostic: diagnostic(code, 'guard', text) })
  }
}

function factsOf(engine: Engine, ffmpeg: string): EngineFacts {
  const { provider, mode, model } = engine
  return { provider, mode, model, proof: { ...engine.proof }, ffmpeg }
}
