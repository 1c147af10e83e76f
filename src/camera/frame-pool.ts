/**
 * Picture buffers of one camera, in memory that the inference threads share: they are used again instead of left to the
 * collector, which looks through the whole heap for each 64 MB that come and go.
 */

export interface FramePool {
  /** A buffer of exactly `bytes`, content undefined. */
  take(bytes: number): Uint8Array
  /** Gives back what `take` gave. Surplus buffers are let go. */
  give(pixels: Uint8Array): void
}

/** One being filled, three that wait, one in judgement. */
const KEPT = 5

export function framePool(): FramePool {
  const free: Uint8Array[] = []
  return {
    take(bytes) {
      for (let last = free.pop(); last !== undefined; last = free.pop()) {
        // Another size is of a stream that was opened again: let go.
        if (last.byteLength === bytes) return last
      }
      return new Uint8Array(new SharedArrayBuffer(bytes))
    },
    give(pixels) {
      if (free.length < KEPT) free.push(pixels)
    },
  }
}
