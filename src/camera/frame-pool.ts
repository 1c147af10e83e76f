/** Picture buffers of one camera, used again instead of left to the collector. */

export interface FramePool {
  /** A buffer of exactly `bytes`, content undefined. */
  take(bytes: number): Uint8Array<ArrayBuffer>
  /** Gives back what `take` gave, also after a transfer to a thread and back. Detached or surplus buffers are let go. */
  give(pixels: Uint8Array<ArrayBuffer>): void
}

/** One being filled, one latest, one in judgement, one on its way back. */
const KEPT = 4

export function framePool(): FramePool {
  const free: Uint8Array<ArrayBuffer>[] = []
  return {
    take(bytes) {
      for (let last = free.pop(); last !== undefined; last = free.pop()) {
        // Another size is of a stream that was opened again: let go.
        if (last.byteLength === bytes) return last
      }
      return new Uint8Array(bytes)
    },
    give(pixels) {
      const whole = pixels.byteLength > 0 && pixels.byteLength === pixels.buffer.byteLength
      if (whole && free.length < KEPT) free.push(pixels)
    },
  }
}
