/** What the daemon does when it is asked over the control socket. docs/control.md describes each. */
import type { Verbs } from '../control/protocol.js'
import { FwError } from '../core/errors.js'
import type { BoardSnapshot } from '../status/board.js'
import { drillOrderOf } from './drill-order.js'
import type { Drills } from './drills.js'
import type { Reload } from './reload.js'

export interface AskedParts {
  snapshot(): BoardSnapshot
  readonly reload: Reload['reload']
  readonly drill: Drills['drill']
}

export function verbsOf({ snapshot, reload, drill }: AskedParts): Verbs {
  return {
    state: async () => ({ state: snapshot() }),
    /** Answers when the drill is over and the broker has had its time. */
    drill: async (request) => ({ ...(await drill(drillOrderOf(request))) }),
    /** Answers when the reload is over. */
    async reload() {
      const outcome = await reload()
      if (!outcome.ok) throw new FwError(outcome.failure.code, outcome.failure.text)
      const { changes, held } = outcome
      return { changes, held }
    },
  }
}
