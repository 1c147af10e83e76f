/** Snapshots for browsers as they come: server-sent events (WHATWG HTML 9.2), one a second. */
import type { ServerResponse } from 'node:http'
import { setInterval } from 'node:timers/promises'
import type { BoardSnapshot } from './board.js'

const EVERY_MS = 1_000
/** A reader this far behind is cut off; it connects again by itself. */
const MAX_BUFFERED_BYTES = 1_048_576

export interface Events {
  readonly readers: number
  /** Takes a response whose head is sent: the first snapshot at once, then one a second until either side ends. */
  add(response: ServerResponse): void
}

/** Nothing runs while nobody reads. */
export function createEvents(
  snapshot: () => BoardSnapshot,
  signal: AbortSignal,
  onError?: (error: unknown) => void,
): Events {
  const readers = new Set<ServerResponse>()
  let beating = false

  async function beat(): Promise<void> {
    beating = true
    try {
      for await (const _ of setInterval(EVERY_MS, undefined, { signal, ref: false })) {
        if (readers.size === 0) break
        const event = eventOf(snapshot())
        for (const reader of readers) send(reader, event)
      }
    } catch (error) {
      if (!signal.aborted) {
        onError?.(error)
        for (const reader of readers) reader.destroy()
      }
    } finally {
      beating = false
    }
  }

  return {
    get readers() {
      return readers.size
    },
    add(response) {
      readers.add(response)
      response.once('close', () => readers.delete(response))
      send(response, `retry: 2000\n${eventOf(snapshot())}`)
      if (!beating) void beat()
    },
  }
}

function eventOf(board: BoardSnapshot): string {
  return `data: ${JSON.stringify(board)}\n\n`
}

function send(reader: ServerResponse, text: string): void {
  if (reader.writableLength > MAX_BUFFERED_BYTES) reader.destroy()
  else reader.write(text)
}
