/** The unit's delivery, which a reload may exchange for another while alerts go on coming. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Alert, AlertBody } from '../core/alert.js'
import { backoffMs } from '../core/backoff.js'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import { type Delivery, type DeliveryOptions, startDelivery } from '../delivery/delivery.js'

/** Diagnostics that wait for the next delivery; the oldest go first. */
const HELD = 50

export interface LiveDelivery extends Omit<Delivery, 'stop'> {
  /**
   * Stops the delivery that is and starts one with `options`. Alerts and diagnostics wait meanwhile; states and stats that come
   * then are lost, so the caller publishes them again. Rejects when it cannot be started: the old one is in place again.
   */
  replace(options: DeliveryOptions): Promise<void>
  stop(): Promise<void>
}

/** Throws as `startDelivery` does. */
export async function startLiveDelivery(first: DeliveryOptions): Promise<LiveDelivery> {
  const stopping = new AbortController()
  let options = first
  let delivery = await startDelivery(first)
  /** Settles when there is a delivery to use; never rejects. */
  let usable: Promise<unknown> | undefined
  let held: Diagnostic[] = []

  async function exchange(next: DeliveryOptions): Promise<void> {
    await delivery.stop()
    try {
      delivery = await startDelivery(next)
      options = next
    } catch (error) {
      await startAgain()
      throw error
    }
  }

  /** With the options that worked, until they do: alerts wait for it. */
  async function startAgain(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        delivery = await startDelivery(options)
        return
      } catch (error) {
        const code = error instanceof FwError ? error.code : 'FW_INTERNAL'
        options.onDiagnostic(diagnostic(code, 'delivery', `${(error as Error).message}; alerts wait in memory`))
        await sleep(backoffMs(attempt, Math.random()), undefined, { signal: stopping.signal })
      }
    }
  }

  async function alert(body: AlertBody): Promise<Alert> {
    for (;;) {
      await usable
      const taker = delivery
      try {
        return await taker.alert(body)
      } catch (error) {
        // a disk that refuses: what one delivery still held when it was stopped, the next one takes
        if (taker === delivery && !usable) throw error
      }
    }
  }

  return {
    alert,
    replace(next) {
      const exchanged = exchange(next)
      const over = exchanged
        .catch(() => {}) // the caller is told
        .then(() => {
          usable = undefined
          for (const d of held.splice(0)) delivery.diagnostic(d)
        })
      usable = over
      return exchanged
    },
    diagnostic(d) {
      if (usable) held = [...held, d].slice(-HELD)
      else delivery.diagnostic(d)
    },
    unitState: (payload) => delivery.unitState(payload),
    cameraState: (id, payload) => delivery.cameraState(id, payload),
    forgetCamera: (id) => delivery.forgetCamera(id),
    stats: (id, payload) => delivery.stats(id, payload),
    snapshot: () => (usable ? { ...delivery.snapshot(), broker: 'connecting' } : delivery.snapshot()),
    async stop() {
      stopping.abort()
      await usable
      await delivery.stop()
    },
  }
}
