/** The street that the demo shows: a recording in the package, drawn without noise by tools/street. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { FwError } from '../core/errors.js'
import { i420Bytes } from '../core/frame.js'

/** H.264; the last frame leads into the first. */
export const STREET = {
  path: fileURLToPath(new URL('../../assets/street.mp4', import.meta.url)),
  width: 640,
  height: 360,
  /** Frames a second. */
  rate: 15,
  frames: 600,
} as const

/**
 * The recorded pictures, I420 of limited range, over and over until `signal`, as fast as they are taken. A picture is the
 * taker's until it asks for the next one. Throws FW_SOURCE when ffmpeg ends by itself.
 */
export async function* playStreet(ffmpegPath: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const input = ['-threads', '1', '-stream_loop', '-1', '-i', STREET.path]
  const output = ['-map', '0:v:0', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1']
  const child = spawn(ffmpegPath, ['-nostdin', '-v', 'error', ...input, ...output], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = () => child.kill('SIGKILL')
  signal.addEventListener('abort', stop)
  const ended = once(child, 'exit').then(
    ([code, killedBy]) => (killedBy === null ? `exit code ${code}` : `signal ${killedBy}`),
    (error: Error) => error.message,
  )
  const picture = new Uint8Array(i420Bytes(STREET.width, STREET.height))
  try {
    let filled = 0
    // destroyed before ffmpeg is gone, it would have it complain
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + picture.length - filled)
        picture.set(part, filled)
        at += part.length
        filled += part.length
        if (filled < picture.length) continue
        filled = 0
        yield picture
      }
    }
    if (!signal.aborted) throw new FwError('FW_SOURCE', `${STREET.path}: ffmpeg ended: ${await ended}`)
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
    await ended
    child.stdout.destroy()
  }
}
