/** One connection to the control socket: its requests one after the other, each answered in a line. Bounded in every way. */
import type { Socket } from 'node:net'
import { answer, refusal } from './answer.js'
import { NOTHING, splitLines } from './line-reader.js'
import { MAX_REQUEST_BYTES, type Verbs } from './protocol.js'

/** Lines that wait for the one before them. */
const MAX_WAITING = 16

export interface ConnectionOptions {
  readonly verbs: Verbs
  /** For a whole line to come, and for a reply to be read. A verb may take as long as it needs. */
  readonly patienceMs: number
  onFault(error: unknown): void
}

/** Serves until the other end goes, says something that is no request line, or wears out our patience. */
export function serve(socket: Socket, { verbs, patienceMs, onFault }: ConnectionOptions): void {
  const gone = new AbortController()
  const waiting: string[] = []
  let rest = NOTHING
  let answering = false
  let timer = setTimeout(() => socket.destroy(), patienceMs)

  const waitFor = (what: 'line' | 'verb') => {
    clearTimeout(timer)
    if (what === 'line' && !socket.destroyed) timer = setTimeout(() => socket.destroy(), patienceMs)
  }

  function refuse(message: string): void {
    waiting.length = 0
    socket.off('data', take)
    socket.end(refusal(message), () => socket.destroy())
  }

  function take(piece: Buffer): void {
    const split = splitLines(rest, piece, MAX_REQUEST_BYTES)
    rest = split.rest
    waiting.push(...split.lines.filter((line) => line.trim() !== ''))
    if (split.tooLong) refuse(`the line has more than ${MAX_REQUEST_BYTES} bytes`)
    else if (waiting.length > MAX_WAITING) refuse(`more than ${MAX_WAITING} requests wait`)
    else if (!answering) void answerAll()
  }

  async function answerAll(): Promise<void> {
    answering = true
    for (let line = waiting.shift(); line !== undefined && socket.writable; line = waiting.shift()) {
      waitFor('verb')
      const reply = await answer(line, verbs, gone.signal, onFault)
      waitFor('line')
      if (!socket.writable) return
      if (!socket.write(reply)) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve))
    }
    answering = false
  }

  socket.on('data', take)
  socket.on('error', () => {}) // it has gone; 'close' follows
  socket.on('close', () => {
    clearTimeout(timer)
    gone.abort()
  })
}
