/** One inference thread from outside: frames handed over, verdicts taken, in their order. */
import { Worker } from 'node:worker_threads'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { Verdict } from '../core/verdict.js'
import type { JudgeOptions } from './chain.js'
import type { Failure, FromThread, ThreadData, ThreadFacts, ToThread } from './thread-protocol.js'

export interface Judged {
  readonly verdict: Verdict
  /** Time in the networks, without waiting for frames before this one. */
  readonly ms: number
}

export interface InferenceThread {
  readonly facts: ThreadFacts
  /** Frames that were handed over and have not come back. */
  pending(): number
  /** Why it takes no more frames. */
  ended(): FwError | undefined
  /** Reads the pixels of `frame` until then, where their memory is shared; else it takes a copy. Rejects with FW_INFERENCE_FAILED. */
  judge(frame: Frame, options: JudgeOptions): Promise<Judged>
  /** Waits for the frames handed over, then ends the thread from within. */
  close(): Promise<void>
}

/**
 * Starts the thread's program at the path `program`, which reads the bundle and opens its sessions.
 * Throws FW_MODEL_*, FW_PROVIDER_UNAVAILABLE, FW_GPU_REQUIRED or FW_INFERENCE_FAILED (the thread died).
 */
export function startThread(program: string, data: ThreadData): Promise<InferenceThread> {
  const worker = new Worker(program, { workerData: data, name: 'inference', execArgv: [] })
  const pending = new Map<number, { resolve: (judged: Judged) => void; reject: (error: Error) => void }>()
  let nextId = 0
  let ended: FwError | undefined

  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromThread) => {
      if (message.type === 'ready') resolve(threadOf(message.facts))
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

  function threadOf(facts: ThreadFacts): InferenceThread {
    return {
      facts,
      pending: () => pending.size,
      ended: () => ended,
      async judge(frame, options) {
        if (ended) throw ended
        const { pixels, width, height } = frame
        const id = nextId++
        const judged = new Promise<Judged>((resolve, reject) => pending.set(id, { resolve, reject }))
        post({ type: 'judge', id, pixels, width, height, options })
        return judged
      },
      async close() {
        if (ended) return
        ended = new FwError('FW_INFERENCE_FAILED', 'inference thread is closed')
        const exited = new Promise((resolve) => worker.once('exit', resolve))
        post({ type: 'close' })
        await exited
      },
    }
  }

  function post(message: ToThread): void {
    worker.postMessage(message)
  }
}

function errorOf({ code, text }: Failure): FwError {
  return new FwError(code, text)
}
