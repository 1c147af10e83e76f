/** Cameras that push a clip in real time. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Played } from './clips.js'

export interface Publishers {
  stop(): void
}

/** One for each port of loopback that something listens on; tried again while nobody does, also after it was thrown out. */
export function publish(
  ffmpeg: string,
  cameras: readonly { readonly port: number; readonly clip: Played }[],
): Publishers {
  const command = `url="$1"; shift; while :; do "$0" -nostdin -loglevel quiet "$@" -c copy -f rtsp -rtsp_transport tcp "$url"; sleep 0.3; done`
  const children: ChildProcess[] = cameras.map(({ port, clip }) =>
    spawn('sh', ['-c', command, ffmpeg, `rtsp://127.0.0.1:${port}/cam`, ...clip], { stdio: 'ignore', detached: true }),
  )
  return {
    stop() {
      for (const { pid } of children) process.kill(-pid!, 'SIGKILL')
    },
  }
}
