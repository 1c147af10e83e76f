/** What the daemon does when it is asked over the control socket. docs/control.md describes each. */
import type { Verbs } from '../control/protocol.js'
import { FwError } from '../core/errors.js'
import type { BoardSnapshot } from '../status/board.js'
import type { Reload } from './reload.js'

export interface AskedParts {
  snapshot(): BoardSnapshot
  readonly reload: Reload['reload']
}

export function verbsOf({ snapshot, reload }: AskedParts): Verbs {
  return {
    state: async () => ({ state: snapshot() }),
    /** Answers when the reload is over. */
    async reload() {
      const outcome = await reload()
      if (!outcome.ok) throw new FwError(outcome.failure.code, outcome.failure.text)
      const { changes, held } = outcome
      return { changes, held }
    },
  }
}
