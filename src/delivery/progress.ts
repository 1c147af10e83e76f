/** Which alerts are delivered: acknowledgements come in any order, the cursor moves over the gap-free part. Pure state, no file. */

export interface Progress {
  /** All up to here is delivered, dropped or damaged. */
  readonly cursor: number
  /** Delivered beyond the cursor. */
  readonly ahead: number
  has(seq: number): boolean
  add(seq: number): void
  /** Nothing up to `seq` will be delivered any more. Returns how many were not. */
  skipTo(seq: number): number
}

export function progressFrom(start: number): Progress {
  let cursor = start
  const ahead = new Set<number>()

  function settle(): void {
    while (ahead.delete(cursor + 1)) cursor++
  }

  return {
    get cursor() {
      return cursor
    },
    get ahead() {
      return ahead.size
    },
    has: (seq) => seq <= cursor || ahead.has(seq),
    add: (seq) => {
      if (seq > cursor) ahead.add(seq)
      settle()
    },
    skipTo: (seq) => {
      let skipped = 0
      while (cursor < seq) {
        cursor++
        if (!ahead.delete(cursor)) skipped++
      }
      settle()
      return skipped
    },
  }
}
