/** An RTSP connection's bytes, apart: messages (RFC 2326 4) and interleaved packets (10.12), which pass untouched. */

export interface RtspMessage {
  /** Request or status line. */
  readonly first: string
  /** Lines as they came, `Name: value`. */
  readonly headers: readonly string[]
  readonly body: Buffer
}

const DOLLAR = 0x24
const NEWLINES = [0x0d, 0x0a]
const MAX_HEAD = 64 * 1024
const MAX_BODY = 1024 * 1024

/**
 * Takes a connection's chunks, in order. Interleaved packets go to `onBytes` without being kept until they are whole;
 * what is neither a packet nor a message is passed with them, as some cameras slip and every reader finds its way back.
 * Throws on a message without end.
 */
export function rtspSplitter(
  onMessage: (message: RtspMessage) => void,
  onBytes: (bytes: Buffer) => void,
): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let packetLeft = 0
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let from = 0
    let at = Math.min(packetLeft, bytes.length)
    packetLeft -= at
    while (at < bytes.length) {
      if (bytes[at] === DOLLAR) {
        if (bytes.length - at < 4) break
        const size = 4 + bytes.readUInt16BE(at + 2)
        const here = Math.min(size, bytes.length - at)
        packetLeft = size - here
        at += here
        continue
      }
      if (!startsMessage(bytes, at)) {
        at++
        continue
      }
      const message = readMessage(bytes, at)
      if (message === undefined) break
      if (at > from) onBytes(bytes.subarray(from, at))
      onMessage(message.message)
      at = message.end
      while (at < bytes.length && NEWLINES.includes(bytes[at]!)) at++
      from = at
    }
    if (at > from) onBytes(bytes.subarray(from, at))
    rest = bytes.subarray(at)
  }
}

/** A status line, or a method's capital letters; fewer than two bytes cannot be distinguished yet. */
function startsMessage(bytes: Buffer, at: number): boolean {
  const word = bytes.toString('latin1', at, at + 14)
  return /^[A-Z](?:$|[A-Z]*(?:_[A-Z]*)?(?:$|[ /]))/.test(word)
}

function readMessage(bytes: Buffer, at: number): { message: RtspMessage; end: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n', at)
  if (headEnd < 0) {
    if (bytes.length - at > MAX_HEAD) throw new Error('RTSP: a message without end')
    return undefined
  }
  const [first = '', ...headers] = bytes.toString('latin1', at, headEnd).split('\r\n')
  const size = Number(headerOf(headers, 'Content-Length') ?? 0)
  if (!(size >= 0 && size <= MAX_BODY)) throw new Error(`RTSP: a body of ${size} bytes`)
  const end = headEnd + 4 + size
  if (end > bytes.length) return undefined
  return { message: { first, headers, body: bytes.subarray(headEnd + 4, end) }, end }
}

/** The value of the first header of that name. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  return headersOf(headers, name)[0]
}

export function headersOf(headers: readonly string[], name: string): string[] {
  const start = `${name.toLowerCase()}:`
  return headers.filter((line) => line.toLowerCase().startsWith(start)).map((line) => line.slice(start.length).trim())
}

/** The message on the wire, with `name` set to `value`. */
export function withHeader(message: RtspMessage, name: string, value: string): RtspMessage {
  return { ...message, headers: [...withoutHeader(message, name).headers, `${name}: ${value}`] }
}

export function withoutHeader(message: RtspMessage, name: string): RtspMessage {
  const start = `${name.toLowerCase()}:`
  return { ...message, headers: message.headers.filter((line) => !line.toLowerCase().startsWith(start)) }
}

export function wire({ first, headers, body }: RtspMessage): Buffer {
  return Buffer.concat([Buffer.from(`${[first, ...headers].join('\r\n')}\r\n\r\n`, 'latin1'), body])
}
