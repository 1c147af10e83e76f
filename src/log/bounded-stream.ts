/** Standard error as the log writes it: a reader that has gone, or never reads, costs lines, not the program. */
import type { Writable } from 'node:stream'

/**
 * Text that may wait in memory. Node does not block on a pipe or socket: what its reader does not take piles up in the
 * process, without end (measured, 20.20), and the process does not end by itself until all of it was read.
 */
const MAX_WAITING_BYTES = 1 << 20

/** What a log is written to. */
export interface LogStream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface BoundedStream extends LogStream {
  /** Resolves to true when the system has taken everything, to false when it has not within `ms`. */
  flushed(ms: number): Promise<boolean>
}

/** Writes each text to `stream` whole or not at all. `lostLine` makes the line that says, once there is room again, how many were not. */
export function boundedStream(
  stream: Writable & { readonly isTTY?: boolean },
  lostLine: (count: number) => string,
): BoundedStream {
  let lost = 0
  // EPIPE, a full disk: there is nowhere else to say so, and a later line may get through
  stream.on('error', () => {})
  return {
    isTTY: stream.isTTY,
    write(text) {
      if (stream.writableLength > MAX_WAITING_BYTES) {
        lost++
        return
      }
      if (lost > 0) stream.write(lostLine(lost))
      lost = 0
      stream.write(text)
    },
    flushed: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), ms)
        stream.write('', () => {
          clearTimeout(timer)
          resolve(true)
        })
      }),
  }
}
