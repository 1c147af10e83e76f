/** Does what `publish-step.ts` says: feeds it what comes from spool and broker, and carries out the effects. */
import type { Spool } from '../spool/spool.js'
import type { BrokerEnd } from './broker-end.js'
import type { Connection } from './dial.js'
import type { Denied, PublishEffect } from './publish-effect.js'
import { publishMachine } from './publish-machine.js'
import type { PublishConfig, PublishState } from './publish-state.js'
import type { PublishInput } from './publish-step.js'
import { openSession, type Session } from './session.js'

/** Own window; a broker may ask for a smaller one (MQTT 5, 4.9: Receive Maximum). The client library keeps none. */
const WINDOW = 32
const WATCH_MS = 1_000

export interface PublishingOptions extends PublishConfig {
  readonly spool: Spool
  onDenied(denied: Denied): void
  onReadFailure(error: Error): void
}

export interface Publishing {
  readonly state: PublishState
  /** The connection that is open. */
  readonly session: Session | undefined
  take(input: PublishInput): void
  /** Uses `connection` until it ends. */
  serve(connection: Connection): Promise<{ readonly end: BrokerEnd; readonly denied: boolean }>
  /** Resolves when all is sent and acknowledged (true), or there is no connection. */
  drained(): Promise<boolean>
}

export function startPublishing(options: PublishingOptions): Publishing {
  const { spool } = options
  const machine = publishMachine(spool.lastSeq, options, carryOut)
  let session: Session | undefined

  function carryOut(effect: PublishEffect): void {
    if (effect.type === 'publish') {
      const { id } = effect
      session!.publish(effect.message, (outcome) => machine.take({ type: 'settled', id, outcome }))
    } else if (effect.type === 'read') void read(effect.after, effect.limit)
    else if (effect.type === 'delivered') spool.delivered(effect.seq)
    else if (effect.type === 'denied') options.onDenied(effect)
    else session!.leave(effect)
  }

  async function read(after: number, limit: number): Promise<void> {
    const { lastSeq } = spool
    const reader = session
    try {
      const alerts = await spool.read(after, limit)
      // none: the rest is delivered already, out of order
      if (reader === session) machine.take({ type: 'read', alerts, readTo: alerts.at(-1)?.alert.seq ?? lastSeq })
    } catch (error) {
      options.onReadFailure(error as Error)
      if (reader === session) machine.take({ type: 'read failed' })
    }
  }

  return {
    get state() {
      return machine.state
    },
    get session() {
      return session
    },
    take: machine.take,
    drained: machine.drained,
    serve: async (connection) => {
      session = openSession(connection)
      const appended = () => machine.take({ type: 'appended', lastSeq: spool.lastSeq })
      const forget = spool.onAppend(appended)
      const watch = setInterval(() => machine.take({ type: 'tick' }), WATCH_MS).unref()
      appended()
      machine.take({ type: 'connected', window: Math.min(WINDOW, connection.receiveMaximum) })
      const end = await session.ended
      clearInterval(watch)
      forget()
      const denied = machine.state.line?.denied ?? false
      session = undefined
      machine.take({ type: 'disconnected' })
      return { end, denied }
    },
  }
}
