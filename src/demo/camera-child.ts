/** The street camera in a process of its own, seen from the demo. */
import { fork } from 'node:child_process'
import { programPath } from '../core/program-path.js'
import type { DemoPhase, FromCamera, ToCamera } from './camera-protocol.js'

const GRACE_MS = 3_000

export interface CameraChild {
  /** The frames flow: the phases begin. */
  begin(phaseMs: number): void
  /** Settles when it is gone, with the reason if it had one to tell. */
  readonly ended: Promise<string>
  /** Resolves when it and its ffmpeg are gone. */
  stop(): Promise<void>
}

export interface CameraChildOptions {
  /** Of loopback, where somebody listens by RTSP, now or soon. */
  readonly port: number
  /** L-inf in code values of 8-bit luma. */
  readonly epsilon255: number
  /** With the first frame of each phase; ms since the epoch. */
  onPhase(phase: DemoPhase, atMs: number): void
}

/** Starts playing, and pushing as soon as somebody listens. */
export function startCameraChild({ port, epsilon255, onPhase }: CameraChildOptions): CameraChild {
  const child = fork(programPath('./camera-process.js', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let problem: string | undefined
  const send = (message: ToCamera) => {
    if (child.connected) child.send(message)
  }
  child.on('message', (message: FromCamera) => {
    if (message.type === 'phase') onPhase(message.phase, message.atMs)
    else problem = message.text
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(problem ?? (signal ? `signal ${signal}` : `exit code ${code}`)))
  })
  send({ type: 'start', port, epsilon255 })
  return {
    begin: (phaseMs) => send({ type: 'begin', phaseMs }),
    ended,
    async stop() {
      const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
      send({ type: 'stop' })
      await ended
      clearTimeout(kill)
    },
  }
}
