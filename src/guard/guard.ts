/** The data plane of some cameras: one engine, the ffmpeg that was found, and a camera guard for each. */
import { availableParallelism } from 'node:os'
import { findFfmpeg } from '../camera/ffmpeg.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { type FwCode, FwError } from '../core/errors.js'
import { BEAT_EVERY_MS, type EngineFacts, type FromGuard, type ToGuard } from '../core/guard-protocol.js'
import { repeatGate } from '../core/repeat.js'
import { type Engine, engineCacheDir, startEngine } from '../inference/engine.js'
import { type CameraGuardParts, guardCamera } from './camera-guard.js'
import { endGroup } from './end-group.js'
import { evidenceKeeper } from './evidence-keeper.js'
import { type CameraMessage, type GuardedCameras, guardedCameras } from './guarded-cameras.js'
import { openEngine } from './open-engine.js'
import { threadCount } from './thread-count.js'
import { createTurns } from './turns.js'

export interface Guard {
  handle(message: CameraMessage): Promise<void>
  stop(): Promise<void>
}

/** So many failures in a row, over all cameras, and the engine is given up. */
const MAX_FAILURES = 10
/** A Python worker is replaced by itself, and says FW_INFERENCE_FAILED where none stays. */
const COMES_BACK: readonly FwCode[] = ['FW_WORKER_LOST', 'FW_WORKER_HUNG']

type Start = Extract<ToGuard, { type: 'start' }>

/**
 * Starts the engine and the cameras; beats from the first moment. Rejects, after a `failed` message that says why, when there is
 * no ffmpeg, no bundle or no provider.
 */
export async function startGuard(start: Start, send: (message: FromGuard) => void): Promise<Guard> {
  const repeats = repeatGate((d) => send({ type: 'diagnostic', diagnostic: d }))
  /** A damaged stream has a diagnostic for each line of its ffmpeg: the daemon gets one a second. */
  const report = (message: FromGuard) =>
    message.type === 'diagnostic' ? repeats.pass(message.diagnostic, performance.now()) : send(message)
  let cameras: GuardedCameras | undefined
  const beating = setInterval(() => beat(), BEAT_EVERY_MS)
  beat()

  function beat(): void {
    const now = performance.now()
    repeats.flush(now)
    const rssBytes = process.memoryUsage.rss()
    send({ type: 'beat', rssBytes, judgingMs: cameras?.judgingMs(now) ?? 0, cameras: cameras?.reports() ?? [] })
  }

  try {
    const parts = await open(start, report)
    send({ type: 'ready', engine: parts.facts })
    const own = guardedCameras((assignment) => guardCamera(assignment, parts))
    cameras = own
    void takeThreads(start, parts, start.assignments.length)
    void own.start(start.assignments)
    return {
      async handle(message) {
        await own.handle(message)
        await takeThreads(start, parts, own.count())
      },
      async stop() {
        await own.stop()
        clearInterval(beating)
        repeats.flush(Number.POSITIVE_INFINITY)
        await parts.engine.close()
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
  const { models, stateDir, trial } = start
  const report = (d: Diagnostic) => send({ type: 'diagnostic', diagnostic: d })
  const opening = trial
    ? startEngine(models, { cacheDir: engineCacheDir(stateDir) })
    : openEngine(models, stateDir, report)
  const [engine, ffmpeg] = await Promise.all([opening, findFfmpeg({ configured: start.ffmpegPath })])
  const turns = createTurns()
  turns.addThreads(engine.threads())
  return {
    engine,
    turns,
    ffmpeg,
    facts: factsOf(engine, `${ffmpeg.origin} ${ffmpeg.version}`),
    stateDir,
    evidence: evidenceKeeper(stateDir, start.evidence, report),
    send,
    onAnswer() {
      failures = 0
    },
    onFailure(code) {
      if (COMES_BACK.includes(code)) return
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
  const { runtime, provider, mode, model } = engine
  return { runtime: runtime.text, provider, mode, model, proof: { ...engine.proof }, ffmpeg }
}
