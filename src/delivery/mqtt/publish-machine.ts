/** The state of publishing and its turns: one input after the other, each with its effects. */
import type { PublishEffect } from './publish-effect.js'
import { beginPublishing, isIdle, type PublishConfig, type PublishState } from './publish-state.js'
import { type PublishInput, step } from './publish-step.js'

export interface PublishMachine {
  readonly state: PublishState
  take(input: PublishInput): void
  /** Resolves when all is sent and acknowledged (true), or there is no connection. */
  drained(): Promise<boolean>
}

/** `lastSeq` of the spool as it is. `carryOut` may bring the next input at once: it waits for its turn. */
export function publishMachine(
  lastSeq: number,
  config: PublishConfig,
  carryOut: (effect: PublishEffect) => void,
): PublishMachine {
  let state = beginPublishing(lastSeq)
  const inputs: PublishInput[] = []
  let waiting: ((drained: boolean) => void)[] = []

  function settleWaiting(): void {
    const idle = isIdle(state, config)
    if (state.line && !idle) return
    for (const resolve of waiting) resolve(idle)
    waiting = []
  }

  return {
    get state() {
      return state
    },
    take: (input) => {
      if (inputs.push(input) > 1) return
      for (let next: PublishInput | undefined = input; next; inputs.shift(), next = inputs[0]) {
        const [stepped, effects] = step(state, next, performance.now(), config)
        state = stepped
        effects.forEach(carryOut)
      }
      if (waiting.length > 0) settleWaiting()
    },
    drained: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        settleWaiting()
      }),
  }
}
