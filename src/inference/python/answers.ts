/** Answers that are waited for, each until its time is up. */
import type { WireMessage } from './wire.js'

export interface Answers {
  /** The answer to message `id`; rejects with what the other end says of a failure, or with what `end` is called with. */
  wait(id: number, withinMs: number): Promise<WireMessage>
  /** Takes a message; one that nobody waits for is dropped. */
  take(message: WireMessage): void
  /** No answer comes any more. */
  end(error: Error): void
}

interface Waiting {
  resolve(message: WireMessage): void
  reject(error: Error): void
  readonly timer: NodeJS.Timeout
}

/** `onLate`: an answer has not come within `ms`; who waits for it goes on waiting. */
export function createAnswers(onLate: (ms: number) => void): Answers {
  const waiting = new Map<number, Waiting>()
  return {
    wait: (id, withinMs) =>
      new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, timer: setTimeout(onLate, withinMs, withinMs) })
      }),
    take(message) {
      const { id, type, text } = message.header
      const one = waiting.get(id as number)
      if (!one) return
      waiting.delete(id as number)
      clearTimeout(one.timer)
      if (type === 'failed') one.reject(new Error(String(text)))
      else one.resolve(message)
    },
    end(error) {
      for (const { reject, timer } of waiting.values()) {
        clearTimeout(timer)
        reject(error)
      }
      waiting.clear()
    },
  }
}
