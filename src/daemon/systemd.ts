/** Tells systemd how the unit stands: readiness, watchdog, and one sentence for `systemctl status`. */
import type { BoardSnapshot } from '../status/board.js'
import { unitSentence } from '../status/readiness.js'
import { type NotifySocket, openNotifySocket } from './notify-socket.js'
import { NOTHING_SENT, systemdStep } from './systemd-step.js'

const LOOK_EVERY_MS = 1_000

export interface Systemd {
  /** Says that the unit stops, and is silent from then on. */
  stopping(): void
}

/** Does nothing outside of systemd (no NOTIFY_SOCKET). `onError` is called once for each different trouble with the socket. */
export async function reportToSystemd(
  env: NodeJS.ProcessEnv,
  board: () => BoardSnapshot,
  onError: (text: string) => void,
): Promise<Systemd> {
  if (!env.NOTIFY_SOCKET) return { stopping: () => {} }
  let trouble = ''
  const failed = (error: unknown) => {
    const text = `systemd cannot be notified: ${(error as Error).message}`
    if (text !== trouble) onError(text)
    trouble = text
  }
  const socket = await openNotifySocket(env.NOTIFY_SOCKET).catch(failed)
  if (!socket) return { stopping: () => {} }

  const watchdogMs = Number(env.WATCHDOG_USEC) > 0 ? Number(env.WATCHDOG_USEC) / 3_000 : undefined
  let state = NOTHING_SENT
  const look = () => {
    const shown = board()
    const [next, lines] = systemdStep(
      state,
      shown.guards,
      unitSentence(shown, Date.now()),
      watchdogMs,
      performance.now(),
    )
    // what the receiver did not take is said again at the next look
    if (lines.length === 0 || sent(socket, lines, failed)) state = next
  }
  const looking = setInterval(look, Math.min(LOOK_EVERY_MS, watchdogMs ?? LOOK_EVERY_MS))
  look()
  return {
    stopping() {
      clearInterval(looking)
      sent(socket, ['STOPPING=1', 'STATUS=stopping'], failed)
      socket.close()
    },
  }
}

function sent(socket: NotifySocket, lines: readonly string[], failed: (error: unknown) => void): boolean {
  try {
    // a line break inside would be another variable
    return socket.send(lines.map((line) => line.replace(/[\r\n]+/g, ' ')).join('\n'))
  } catch (error) {
    failed(error)
    return false
  }
}
