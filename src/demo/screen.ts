/** What the demo prints: lines that stay, and on a terminal one below them that is drawn anew. */

export interface Screen {
  /** A line that stays. `colour`: an SGR code, used on a terminal alone. */
  line(text: string, colour?: Colour): void
  /** The line below all others; elsewhere than on a terminal, printed each `PLAIN_EVERY_MS` at most. */
  live(text: string, colour?: Colour): void
  /** Takes the live line away. */
  clear(): void
}

export type Colour = 'dim' | 'red' | 'green' | 'yellow' | 'bold'
const SGR: Readonly<Record<Colour, string>> = { dim: '2', red: '1;31', green: '1;32', yellow: '33', bold: '1' }
const PLAIN_EVERY_MS = 2_000

/** A writable that may be a terminal; process.stdout is one. */
export interface Terminal {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Colour only on a terminal, and not under NO_COLOR (no-color.org). */
export function screenOn(
  terminal: Terminal,
  env: NodeJS.ProcessEnv = process.env,
  nowMs = () => performance.now(),
): Screen {
  const tty = terminal.isTTY === true
  const colours = tty && !env.NO_COLOR
  let liveText: string | undefined
  let plainMs = Number.NEGATIVE_INFINITY
  const paint = (text: string, colour?: Colour) => (colour && colours ? `\x1b[${SGR[colour]}m${text}\x1b[0m` : text)
  const erase = () => {
    if (liveText !== undefined) terminal.write('\r\x1b[K')
  }
  return {
    line(text, colour) {
      erase()
      terminal.write(`${paint(text, colour)}\n`)
      if (liveText !== undefined) terminal.write(liveText)
    },
    live(text, colour) {
      if (tty) {
        erase()
        // a line that wraps could not be taken away again
        liveText = paint(text.slice(0, Math.max(1, (terminal.columns ?? 80) - 1)), colour)
        terminal.write(liveText)
      } else if (nowMs() - plainMs >= PLAIN_EVERY_MS) {
        plainMs = nowMs()
        terminal.write(`${text}\n`)
      }
    },
    clear() {
      erase()
      liveText = undefined
    },
  }
}
