/**
 * The program of a guard process: a fork of the daemon that leads its own process group.
 * It ends its whole group when the channel to the daemon closes, so no ffmpeg outlives the daemon.
 */
import type { FromGuard, ToGuard } from '../core/guard-protocol.js'
import { endGroup } from './end-group.js'
import { type Guard, startGuard } from './guard.js'

const STOP_GRACE_MS = 3_000

let guard: Promise<Guard> | undefined
let running: Guard | undefined

function send(message: FromGuard): void {
  if (process.connected) process.send?.(message)
}

/** One that has not started yet has nothing to end in order: opening the networks may take longer than anybody waits. */
async function stop(): Promise<void> {
  setTimeout(endGroup, STOP_GRACE_MS).unref()
  await running?.stop()
  endGroup()
}

process.on('message', (message: ToGuard) => {
  if (message.type === 'start') {
    guard = startGuard(message, send)
    guard.then(
      (started) => {
        running = started
      },
      // startGuard has said why; the daemon starts another one
      () => setTimeout(endGroup, 100),
    )
  } else if (message.type === 'stop') void stop()
  else void guard?.then((started) => started.handle(message))
})
process.on('disconnect', endGroup)
// The daemon decides when a guard ends; a Ctrl-C in a terminal reaches the whole foreground group.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => void stop())
