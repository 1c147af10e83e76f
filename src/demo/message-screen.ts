/** What a subscriber gets, put on the screen; the pictures of an incident are brought together as it is raised. */
import type { Alert } from '../core/alert.js'
import { type MessageLine, messageLine } from './message-line.js'
import type { OutFolder } from './out-folder.js'
import { collectPictures } from './pictures.js'
import type { Colour, Screen } from './screen.js'
import type { Message } from './subscriber.js'

const ALARM_COLOUR = { raised: 'red', updated: 'yellow', cleared: 'green' } as const

export interface MessageScreen {
  show(message: Message): void
  /** Resolves when the last picture is there. */
  settled(): Promise<void>
}

/** `prefix`: what all topics begin with. Times on the screen count from now. */
export function messageScreen(
  prefix: string,
  out: OutFolder,
  screen: Screen,
  onAlert?: (alert: Alert, receivedAtMs: number) => void,
): MessageScreen {
  const beganMs = Date.now()
  let pictures = Promise.resolve()

  async function collect({ evidence }: Alert): Promise<void> {
    const say = (text: string, colour?: Colour) => screen.line(`${' '.repeat(10)}${text}`, colour)
    try {
      for (const path of await collectPictures(evidence, out)) say(`picture: ${path}`, 'dim')
    } catch (error) {
      say(`the pictures of this alert could not be brought together: ${(error as Error).message}`, 'yellow')
    }
  }

  return {
    show({ topic, payload, atMs }) {
      const line = messageLine(prefix, topic, payload)
      screen.line(shown(line, atMs - beganMs), line.alarm && ALARM_COLOUR[line.alarm])
      if (!line.alarm) return
      const alert = JSON.parse(payload) as Alert
      onAlert?.(alert, atMs)
      if (alert.phase === 'raised') pictures = pictures.then(() => collect(alert))
    },
    settled: () => pictures,
  }
}

/** `   12.3 s  camera/street/alert  RAISED, pattern, …` */
function shown({ topic, text }: MessageLine, elapsedMs: number): string {
  return `${(elapsedMs / 1_000).toFixed(1).padStart(6)} s  ${topic.padEnd(19)}  ${text}`
}
