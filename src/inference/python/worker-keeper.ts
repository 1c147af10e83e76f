/** A worker that is there again after it has gone: the next one is started at once, then after ever longer pauses. */
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../../core/backoff.js'
import { FwError } from '../../core/errors.js'
import type { WireMessage } from './wire.js'
import type { PythonWorker } from './worker.js'

export interface WorkerKeeper {
  /**
   * `PythonWorker.ask` of the worker there is. Between two: rejects at once with FW_WORKER_LOST. After MOST_LOST in a row
   * that answered nothing: rejects with FW_INFERENCE_FAILED, as whoever waits should look for another way.
   */
  ask: PythonWorker['ask']
  close(): Promise<void>
}

const MOST_LOST = 5
const PAUSE = { firstMs: 250, maxMs: 10_000 }

/** `again` starts a worker that is ready to be asked; its signal ends that worker. */
export function keepWorker(first: PythonWorker, again: (signal: AbortSignal) => Promise<PythonWorker>): WorkerKeeper {
  let worker: PythonWorker | undefined
  let lost = 0
  let why: Error | undefined
  const closing = new AbortController()
  let replacing: Promise<void> = Promise.resolve()

  function keep(next: PythonWorker): void {
    worker = next
    void next.ended.then((error) => {
      worker = undefined
      why = error
      lost++
      if (!closing.signal.aborted) replacing = replace()
    })
  }

  async function replace(): Promise<void> {
    for (;;) {
      if (lost > 1)
        await sleep(backoffMs(lost - 2, Math.random(), PAUSE), undefined, { signal: closing.signal }).catch(() => {})
      if (closing.signal.aborted) return
      try {
        return keep(await again(closing.signal))
      } catch (error) {
        why = error as Error
        lost++
      }
    }
  }

  keep(first)
  return {
    async ask(header, parts, withinMs): Promise<WireMessage> {
      if (worker === undefined) {
        if (lost < MOST_LOST) throw new FwError('FW_WORKER_LOST', `no Python worker at this moment: ${why?.message}`)
        throw new FwError('FW_INFERENCE_FAILED', `no Python worker stays, ${lost} in a row: ${why?.message}`)
      }
      const answer = await worker.ask(header, parts, withinMs)
      lost = 0
      return answer
    },
    async close() {
      closing.abort()
      await replacing
      await worker?.close()
    },
  }
}
