/** GStreamer's RTSP servers as children: one that sends a clip (gst_rtsp_server.py), one that takes a push (gst_rtsp_recorder.py). */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export const INSTALL =
  'apt-get install -y ffmpeg gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly'

export interface GstServer {
  readonly port: number
  /** Lines after `listening`, as they come. */
  lines(): AsyncIterableIterator<string>
  kill(): Promise<void>
}

export interface GstServerOptions {
  readonly script: 'gst_rtsp_server.py' | 'gst_rtsp_recorder.py'
  readonly argv?: readonly string[]
  readonly login?: { readonly username: string; readonly password: string }
  readonly home: string
}

/** Starts one and waits until it listens. Throws with how to install it. */
export async function gstServer({ script, argv = [], login, home }: GstServerOptions): Promise<GstServer> {
  const credentials = login && { RTSP_USER: login.username, RTSP_PASSWORD: login.password }
  // Debian's python3: gi belongs to it, not to another one on PATH.
  const child = spawn('/usr/bin/python3', [fileURLToPath(new URL(script, import.meta.url)), ...argv], {
    env: { PATH: '/usr/bin:/bin', HOME: home, ...credentials },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]()
  const first = await Promise.race([lines.next(), once(child, 'error').then(() => ({ value: '' }))])
  const port = Number(/^listening (\d+)/.exec(String(first.value))?.[1])
  if (!(port > 0)) throw new Error(`the GStreamer RTSP server does not start. Install: ${INSTALL}\n${complaint}`)
  return {
    port,
    lines: () => lines as AsyncIterableIterator<string>,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}
