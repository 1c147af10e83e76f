/** Joins the bytes on stdout with the lines on fd 3 into pictures. A picture's size is always its own line's. */
import { i420Bytes } from '../core/frame.js'
import type { TimeLine } from './time-lines.js'

export interface TimedPicture {
  readonly pixels: Uint8Array
  readonly line: TimeLine
}

export interface FrameReader {
  bytes(chunk: Uint8Array): void
  line(line: TimeLine): void
}

/** Bytes without a line: about 90 pictures of 640x360. ffmpeg writes both within 2 ms; more means that fd 3 is dead. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024

/** `take` gives the buffers; pictures come out whole and in order. Throws when bytes pile up without lines. */
export function frameReader(
  width: number,
  take: (bytes: number) => Uint8Array,
  onPicture: (picture: TimedPicture) => void,
): FrameReader {
  const lines: TimeLine[] = []
  const chunks: Uint8Array[] = []
  let waitingBytes = 0
  let pixels: Uint8Array | undefined
  let filled = 0

  function fill(): void {
    for (let line = lines[0]; line !== undefined; line = lines[0]) {
      pixels ??= take(i420Bytes(width, line.height))
      while (filled < pixels.length) {
        const chunk = chunks.shift()
        if (chunk === undefined) return
        const part = chunk.subarray(0, pixels.length - filled)
        pixels.set(part, filled)
        filled += part.length
        waitingBytes -= part.length
        if (part.length < chunk.length) chunks.unshift(chunk.subarray(part.length))
      }
      const whole = pixels
      pixels = undefined
      filled = 0
      lines.shift()
      onPicture({ pixels: whole, line })
    }
  }

  return {
    bytes(chunk) {
      chunks.push(chunk)
      waitingBytes += chunk.length
      fill()
      if (waitingBytes > MAX_WAITING_BYTES) throw new Error(`stdout: ${waitingBytes} bytes without a line on fd 3`)
    },
    line(line) {
      lines.push(line)
      fill()
    },
  }
}
