/** Splits what comes in pieces into lines of a bounded length. Pure. */

/** The bytes of the line that has not ended yet. */
export interface Rest {
  readonly pieces: readonly Buffer[]
  readonly bytes: number
}

export const NOTHING: Rest = { pieces: [], bytes: 0 }

const NEWLINE = 0x0a

/** The next rest, and the lines that `piece` completed, without their ends; `tooLong` when one has more than `most` bytes. */
export function splitLines(
  rest: Rest,
  piece: Buffer,
  most: number,
): { readonly rest: Rest; readonly lines: readonly string[]; readonly tooLong: boolean } {
  const lines: string[] = []
  let pieces = [...rest.pieces]
  let bytes = rest.bytes
  for (let from = 0; ; ) {
    const end = piece.indexOf(NEWLINE, from)
    const part = piece.subarray(from, end < 0 ? piece.length : end)
    if (bytes + part.length > most) return { rest: NOTHING, lines, tooLong: true }
    pieces.push(part)
    bytes += part.length
    if (end < 0) return { rest: { pieces, bytes }, lines, tooLong: false }
    lines.push(Buffer.concat(pieces).toString('utf8'))
    pieces = []
    bytes = 0
    from = end + 1
  }
}
