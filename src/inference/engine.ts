/** Judges frames on threads of their own: `session.run()` blocks its event loop. */
import './no-telemetry.js'
import { join } from 'node:path'
import type { Priors } from '../core/baseline/priors.js'
import { FwError } from '../core/errors.js'
import { type Frame, i420Bytes } from '../core/frame.js'
import { programPath } from '../core/program-path.js'
import type { Mode, ModelSettings } from '../core/settings.js'
import type { JudgeOptions, Rule } from './chain.js'
import { type InferenceThread, type Judged, startThread } from './inference-thread.js'
import type { Proof } from './proof.js'
import type { Refusal } from './providers.js'
import type { RuntimeChoice, ThreadFacts } from './thread-protocol.js'

export interface Engine {
  readonly runtime: RuntimeChoice
  readonly provider: string
  readonly proof: Proof
  /** Providers that were tried before and would not start. */
  readonly refusals: readonly Refusal[]
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string }
  /** What `detection.mode: auto` means here: cascade on a CPU, full on a GPU. */
  readonly mode: Mode
  readonly calibration: Rule['calibration']
  readonly thresholds: Rule['thresholds']
  readonly priors: Priors
  /** Frames that are judged at a time; more are taken, and wait. */
  threads(): number
  /**
   * Starts threads until there are `count` and resolves to how many came; on a GPU, whose runs are one after the other anyway,
   * none. Rejects with the error of one that would not start; those before it stay.
   */
  grow(count: number): Promise<number>
  /**
   * Hands `frame` over to the thread that holds fewest. Pixels in shared memory are read until this settles, others are copied.
   * Rejects with FW_MODEL_SHAPE (a size that the bundle does not take) or FW_INFERENCE_FAILED. A thread that
   * died fails all frames from then on, wherever they would go: the whole engine is to be replaced.
   */
  judge(frame: Frame, options: JudgeOptions): Promise<Judged>
  /** Waits for the frames handed over, then ends the threads from within. */
  close(): Promise<void>
}

/** Where an engine of the unit with this state_dir keeps what a provider compiles; may be deleted at any time. */
export function engineCacheDir(stateDir: string): string {
  return join(stateDir, 'engines')
}

/** `cores`: of one thread (1). Two cost 47 ms a frame instead of 30 where decoders use the other core; threads beside each other do not. */
export interface EngineOptions {
  readonly cores?: number
  /** Folder for what a provider compiles, TensorRT's engines; undefined: it is compiled at each start. */
  readonly cacheDir?: string
  /** Path of the thread's program. */
  readonly program?: string
}

/**
 * Starts one thread, which reads the bundle, opens its sessions and proves what runs them.
 * Throws FW_MODEL_*, FW_PROVIDER_UNAVAILABLE, FW_GPU_REQUIRED, FW_WORKER_* or FW_INFERENCE_FAILED (the thread died).
 */
export async function startEngine(models: ModelSettings, options: EngineOptions = {}): Promise<Engine> {
  const { cores = 1, cacheDir, program = programPath('./thread.js', import.meta.url) } = options
  const first = await startThread(program, { models, cores, cacheDir, prove: true })
  const { facts } = first
  const same = { ...models, runtime: facts.runtime.name, providers: [facts.provider] }
  const more = () => startThread(program, { models: same, cores, cacheDir, prove: false })
  const threads = [first]
  let closing = false
  let growing: Promise<unknown> = Promise.resolve()

  async function growTo(count: number): Promise<number> {
    const before = threads.length
    while (!closing && facts.provider === 'cpu' && threads.length < count) threads.push(await more())
    return threads.length - before
  }

  return {
    ...publicFacts(facts),
    threads: () => threads.length,
    grow(count) {
      const grown = growing.then(() => growTo(count))
      growing = grown.catch(() => {}) // whoever asked gets it
      return grown
    },
    async judge(frame, judgeOptions) {
      const dead = threads.find((thread) => thread.ended())
      if (dead) throw dead.ended()!
      checkSize(frame, facts)
      return leastPending(threads).judge(frame, judgeOptions)
    },
    async close() {
      closing = true
      await growing
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

function leastPending(threads: readonly InferenceThread[]): InferenceThread {
  return threads.reduce((least, thread) => (thread.pending() < least.pending() ? thread : least))
}

function publicFacts({ runtime, provider, proof, refusals, model, mode, rule, priors }: ThreadFacts) {
  const { calibration, thresholds } = rule
  return { runtime, provider, proof, refusals, model, mode, calibration, thresholds, priors }
}

function checkSize(frame: Frame, { model, multipleOf }: ThreadFacts): void {
  const { width, height, pixels } = frame
  const what = `bundle ${model.name}: frame ${width}x${height}`
  if (width % multipleOf || height % multipleOf || width < multipleOf || height < multipleOf) {
    throw new FwError('FW_MODEL_SHAPE', `${what}, takes multiples of ${multipleOf}`)
  }
  if (pixels.byteLength !== i420Bytes(width, height)) {
    throw new FwError('FW_MODEL_SHAPE', `${what} of ${pixels.byteLength} bytes, needs ${i420Bytes(width, height)}`)
  }
}
