/** The status of a running daemon as it shows it: server-sent events from /events. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BoardSnapshot } from './board.js'

const RETRY_MS = 250
/** A snapshot of a few cameras is some kilobytes. */
const MAX_EVENT = 4 * 1024 * 1024

/** Every snapshot of the daemon at `address` (host:port), about one a second, until `signal`; waits while nobody answers. */
export async function* boardStream(address: string, signal: AbortSignal): AsyncGenerator<BoardSnapshot> {
  while (!signal.aborted) {
    try {
      const response = await fetch(`http://${address}/events`, { signal })
      if (response.ok && response.body) yield* snapshots(response.body)
    } catch (error) {
      // refused until the daemon is up, cut off when it ends: whoever reads this decides how long to wait
      if (error instanceof SyntaxError) throw error
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
  }
}

/** WHATWG HTML 9.2.6: an event ends with an empty line; ours have one data line each. */
export async function* snapshots(body: AsyncIterable<Uint8Array>): AsyncGenerator<BoardSnapshot> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1]
      text = text.slice(end + 2)
      if (data !== undefined) yield JSON.parse(data) as BoardSnapshot
    }
    if (text.length > MAX_EVENT) return
  }
}
