/** Which alerts a sink has: acknowledgements come in any order, the cursor moves over the gap-free part. Values, no file. */

export interface Progress {
  /** All up to here is delivered, dropped or damaged. */
  readonly cursor: number
  /** Delivered beyond the cursor. */
  readonly ahead: ReadonlySet<number>
}

export function progressFrom(cursor: number): Progress {
  return { cursor, ahead: new Set() }
}

export function isSettled({ cursor, ahead }: Progress, seq: number): boolean {
  return seq <= cursor || ahead.has(seq)
}

/** `seqs` are delivered, or never will be. */
export function markSettled(progress: Progress, seqs: Iterable<number>): Progress {
  const ahead = new Set(progress.ahead)
  for (const seq of seqs) if (seq > progress.cursor) ahead.add(seq)
  return advance(progress.cursor, ahead)
}

/** Nothing up to `seq` will be delivered any more; the number says how many were not. */
export function skipTo(progress: Progress, seq: number): [Progress, number] {
  if (seq <= progress.cursor) return [progress, 0]
  const ahead = new Set([...progress.ahead].filter((one) => one > seq))
  const skipped = seq - progress.cursor - (progress.ahead.size - ahead.size)
  return [advance(seq, ahead), skipped]
}

function advance(from: number, ahead: Set<number>): Progress {
  let cursor = from
  while (ahead.delete(cursor + 1)) cursor++
  return { cursor, ahead }
}
