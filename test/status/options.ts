import type { StatusOptions } from '../../src/status/http.js'
import { board } from './board.js'

/** A status server on loopback of a unit that has no history. */
export function statusOptions(signal: AbortSignal, change: Partial<StatusOptions> = {}): StatusOptions {
  return {
    access: { host: '127.0.0.1' },
    port: 0,
    stateDir: '/nowhere',
    snapshot: board,
    incidents: () => [],
    incident: () => undefined,
    picture: async () => undefined,
    timeline: () => undefined,
    request: async () => '{"ok":true}',
    signal,
    ...change,
  }
}
