/** Messages on a pipe: u32 little-endian length of a JSON header, the header, then as many bytes as its `parts` say. */

export interface WireMessage {
  readonly header: Readonly<Record<string, unknown>>
  /** Each in memory of its own. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[]
}

const MOST_HEADER_BYTES = 1 << 20
const MOST_PART_BYTES = 1 << 30

/** What to write, in order; parts are not copied. */
export function encoded(header: object, parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify({ ...header, parts: parts.map((part) => part.byteLength) }))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return [Buffer.concat([length, text]), ...parts]
}

/** Takes chunks as they come and hands out whole messages. Throws where the bytes are none. */
export function wireReader(onMessage: (message: WireMessage) => void): (chunk: Uint8Array) => void {
  let state: 'length' | 'header' | 'parts' = 'length'
  let filling = new Uint8Array(4)
  let filled = 0
  let header: WireMessage['header'] = {}
  let sizes: readonly number[] = []
  let parts: Uint8Array<ArrayBuffer>[] = []

  /** Takes what is whole now; how many bytes come next. */
  function take(): number {
    if (state === 'length') {
      const length = new DataView(filling.buffer).getUint32(0, true)
      if (length > MOST_HEADER_BYTES) throw new Error(`a header of ${length} bytes`)
      state = 'header'
      return length
    }
    if (state === 'header') {
      header = JSON.parse(Buffer.from(filling.buffer).toString('utf8'))
      sizes = partSizes(header)
      state = 'parts'
    } else parts.push(filling)
    if (parts.length < sizes.length) return sizes[parts.length]!
    const message = { header, parts }
    parts = []
    state = 'length'
    onMessage(message)
    return 4
  }

  return (chunk) => {
    let rest = chunk
    while (rest.length > 0 || filled === filling.length) {
      const part = rest.subarray(0, filling.length - filled)
      filling.set(part, filled)
      filled += part.length
      rest = rest.subarray(part.length)
      if (filled < filling.length) return
      filling = new Uint8Array(take())
      filled = 0
    }
  }
}

function partSizes({ parts: sizes }: WireMessage['header']): readonly number[] {
  const fit =
    Array.isArray(sizes) && sizes.every((size) => Number.isInteger(size) && size >= 0 && size <= MOST_PART_BYTES)
  if (!fit) throw new Error(`parts of ${sizes} bytes`)
  return sizes
}
