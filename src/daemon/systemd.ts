/** systemd's readiness and watchdog, by the `systemd-notify` program: Node has no AF_UNIX datagram socket. */
import { execFile } from 'node:child_process'

export interface Notifier {
  ready(): void
  status(text: string): void
  stopping(): void
}

/** Does nothing outside of systemd (no NOTIFY_SOCKET). Feeds the watchdog at a third of WATCHDOG_USEC until `signal`. */
export function systemdNotifier(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  onError: (text: string) => void,
): Notifier {
  const notify = (...lines: string[]) => {
    if (!env.NOTIFY_SOCKET) return
    // --no-block: without it systemd-notify waits for a barrier, 5 s against a plain socket
    execFile('systemd-notify', ['--no-block', ...lines], (error) => {
      if (error) onError(`systemd-notify ${lines.join(' ')}: ${error.message}`)
    })
  }
  const watchdogMs = Number(env.WATCHDOG_USEC) / 1_000
  if (env.NOTIFY_SOCKET && watchdogMs > 0) {
    const feed = setInterval(() => notify('WATCHDOG=1'), watchdogMs / 3)
    signal.addEventListener('abort', () => clearInterval(feed), { once: true })
  }
  return {
    ready: () => notify('READY=1'),
    status: (text) => notify(`STATUS=${text}`),
    stopping: () => notify('STOPPING=1'),
  }
}
