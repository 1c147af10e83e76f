/** The cleaned stream out: I420 in, H.264 pushed to an RTSP server. It never holds up the guard. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Diagnostic, diagnostic } from '../core/diagnostic.js'
import { i420Bytes } from '../core/frame.js'
import { pictureInput } from './picture-input.js'
import { afterPush, NO_PUSH_TROUBLE } from './push-end.js'
import { type PushTarget, pushUntilEnd } from './restream-push.js'

export interface RestreamOptions extends PushTarget {
  readonly signal: AbortSignal
  /** Whom its diagnostics are about, usually the camera. */
  readonly subject: string
  onDiagnostic?(d: Diagnostic): void
}

export interface Restream {
  /** Takes one whole picture and copies it; false: dropped, as the server is away or slow. */
  write(pixels: Uint8Array): boolean
  /** Ends the push and waits until its child is gone. */
  close(): Promise<void>
}

/** A server that reads nothing for so long is left, and reached anew. */
const STUCK_MS = 10_000

/**
 * Opens the push and keeps it open, with backoff without end, until `close` or `signal`. Never throws: whatever goes wrong is
 * dropped pictures and one diagnostic an outage, FW_RESTREAM_REFUSED, _LOST or _ENCODER.
 */
export function openRestream(options: RestreamOptions): Restream {
  const over = new AbortController()
  const stop = () => over.abort()
  options.signal.addEventListener('abort', stop)
  if (options.signal.aborted) stop()
  let stuck = new AbortController()
  const input = pictureInput(i420Bytes(options.width, options.height), STUCK_MS, () => stuck.abort())

  const pushing = (async () => {
    let trouble = NO_PUSH_TROUBLE
    while (!over.signal.aborted) {
      stuck = new AbortController()
      const hooks = { onInput: input.connect, stuck: stuck.signal, stuckMs: STUCK_MS }
      const end = await pushUntilEnd(options, hooks, over.signal)
      if (end === undefined) break
      const [after, { waitMs, say }] = afterPush(trouble, end, { nowMs: performance.now(), random: Math.random() })
      trouble = after
      if (say !== undefined) options.onDiagnostic?.(diagnostic(say.code, options.subject, say.text, say.count))
      await sleep(waitMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
    options.signal.removeEventListener('abort', stop)
  })()

  return {
    write: input.write,
    async close() {
      stop()
      await pushing
    },
  }
}
