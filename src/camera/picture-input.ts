/** Pictures into an encoder's stdin: copied, dropped rather than waited for, and given up on when nothing is read for long. */
import type { Writable } from 'node:stream'

export interface PictureInput {
  /** The encoder that reads from now on; undefined: none does. */
  connect(input: Writable | undefined): void
  /** Takes one whole picture; false: dropped, as nobody reads or the last ones still wait. */
  write(pixels: Uint8Array): boolean
}

/** `bytes` of one picture; `onStuck` is called once for an encoder that read nothing for `stuckMs` while pictures came. */
export function pictureInput(
  bytes: number,
  stuckMs: number,
  onStuck: () => void,
  now = () => performance.now(),
): PictureInput {
  let input: Writable | undefined
  let fullSinceMs: number | undefined
  return {
    connect(next) {
      input = next
      fullSinceMs = undefined
    },
    write(pixels) {
      if (!input?.writable) return false
      // One picture may wait beside the one that is being read; more would be delay.
      if (input.writableLength > bytes) {
        fullSinceMs ??= now()
        if (now() - fullSinceMs >= stuckMs) {
          input = undefined
          onStuck()
        }
        return false
      }
      fullSinceMs = undefined
      // The caller's buffer goes back to its pool at once, so the pipe gets its own.
      input.write(Buffer.from(pixels))
      return true
    },
  }
}
