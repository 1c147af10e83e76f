/** Judges frames on a thread of its own, in the order they are handed over. */
import './no-telemetry.js'
import { Worker } from 'node:worker_threads'
import type { Priors } from '../core/baseline/priors.js'
import { FwError } from '../core/errors.js'
import { type Frame, i420Bytes } from '../core/frame.js'
import { programPath } from '../core/program-path.js'
import type { Mode, ModelSettings } from '../core/settings.js'
import type { Verdict } from '../core/verdict.js'
import type { JudgeOptions, Rule } from './chain.js'
import type { Proof } from './proof.js'
import type { Refusal } from './providers.js'
import type { Failure, FromThread, ThreadData, ThreadFacts, ToThread } from './thread-protocol.js'

export interface Judged {
  readonly verdict: Verdict
  /** The frame's own buffer, unchanged, given back. */
  readonly pixels: Uint8Array<ArrayBuffer>
  /** Time in the networks, without waiting for frames before this one. */
  readonly ms: number
}

export interface Engine {
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
  /**
   * Hands `frame` over: its pixels are detached here until they come back in `Judged`.
   * Rejects with FW_MODEL_SHAPE (a size that the bundle does not take; the pixels stay) or FW_INFERENCE_FAILED.
   */
  judge(frame: Frame, options: JudgeOptions): Promise<Judged>
  /** performance.now() of the thread's last reply, or of its start. */
  lastReplyMs(): number
  /** Waits for the frames handed over, then ends the thread from within. */
  close(): Promise<void>
}

/**
 * Starts the thread, which reads the bundle and opens its sessions. `threads` is what `models.threads: auto` means: 1 beside
 * cameras, as two cost 47 ms instead of 30 where decoders use the other core.
 * Throws FW_MODEL_*, FW_PROVIDER_UNAVAILABLE, FW_GPU_REQUIRED or FW_INFERENCE_FAILED (the thread died).
 */
export function startEngine(models: ModelSettings, options: { threads?: number } = {}): Promise<Engine> {
  const threads = models.threads === 'auto' ? (options.threads ?? 1) : models.threads
  const data: ThreadData = { models, threads }
  return startThread(programPath('./thread.js', import.meta.url), data)
}

/** `startEngine` with the thread's program by path. */
export function startThread(program: string, data: ThreadData): Promise<Engine> {
  const worker = new Worker(program, { workerData: data, name: 'inference', execArgv: [] })
  const pending = new Map<number, { resolve: (judged: Judged) => void; reject: (error: Error) => void }>()
  let nextId = 0
  let lastReplyMs = performance.now()
  let ended: FwError | undefined

  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromThread) => {
      lastReplyMs = performance.now()
      if (message.type === 'ready') resolve(engineOf(message.facts))
      else if (message.type === 'failed') end(errorOf(message.failure))
      else if (message.type === 'judged') take(message.id)?.resolve(message)
      else take(message.id)?.reject(errorOf(message.failure))
    })
    worker.on('error', (cause) =>
      end(new FwError('FW_INFERENCE_FAILED', `inference thread: ${cause.message}`, { cause })),
    )
    worker.on('exit', (code) => end(new FwError('FW_INFERENCE_FAILED', `inference thread ended with code ${code}`)))

    function end(error: FwError): void {
      ended ??= error
      reject(error)
      for (const { reject: rejectFrame } of pending.values()) rejectFrame(error)
      pending.clear()
    }
  })

  function take(id: number): ReturnType<typeof pending.get> {
    const waiting = pending.get(id)
    pending.delete(id)
    return waiting
  }

  function engineOf(facts: ThreadFacts): Engine {
    const { provider, proof, refusals, model, mode, rule, priors } = facts
    return {
      provider,
      proof,
      refusals,
      model,
      mode,
      calibration: rule.calibration,
      thresholds: rule.thresholds,
      priors,
      lastReplyMs: () => lastReplyMs,
      async judge(frame, judgeOptions) {
        if (ended) throw ended
        checkSize(frame, facts)
        const { pixels, width, height } = frame
        const id = nextId++
        const judged = new Promise<Judged>((resolve, reject) => pending.set(id, { resolve, reject }))
        post({ type: 'judge', id, pixels, width, height, options: judgeOptions }, [pixels.buffer])
        return judged
      },
      async close() {
        if (ended) return
        ended = new FwError('FW_INFERENCE_FAILED', 'inference thread is closed')
        const exited = new Promise((resolve) => worker.once('exit', resolve))
        post({ type: 'close' }, [])
        await exited
      },
    }
  }

  function post(message: ToThread, transfer: ArrayBuffer[]): void {
    worker.postMessage(message, transfer)
  }
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

function errorOf({ code, text }: Failure): FwError {
  return new FwError(code, text)
}
