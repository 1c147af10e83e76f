/** A webhook as a place that alerts go to: one after the other, each until it is taken, from a cursor of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../../core/backoff.js'
import { type Diagnostic, diagnostic } from '../../core/diagnostic.js'
import type { WebhookSettings } from '../../core/settings.js'
import type { StoredAlert } from '../spool/record.js'
import type { SpoolSink } from '../spool/spool-sink.js'
import { post } from './post.js'
import { webhookHeaders } from './signature.js'
import { webhookOutage } from './webhook-outage.js'
import { fateOf } from './webhook-step.js'

const READ_AHEAD = 32
const READ_RETRY_MS = 5_000

export interface WebhookOptions {
  /** What it is called in messages: its host, for the path may be a secret. */
  readonly to: string
  readonly webhook: WebhookSettings
  readonly sink: SpoolSink
  /** Calls `listener` after alerts came, until the function that it returns is called. */
  onAppend(listener: () => void): () => void
  /** Alerts up to here may have been sent by an earlier run. */
  readonly lastSeq: number
  onDiagnostic(d: Diagnostic): void
}

export interface Webhook {
  readonly to: string
  readonly pending: number
  /** Why the oldest alert has not been taken; undefined: nothing is amiss. */
  readonly failing: string | undefined
  stop(): Promise<void>
}

export function startWebhook(options: WebhookOptions): Webhook {
  const { to, webhook, sink, onDiagnostic } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const outage = webhookOutage(to, onDiagnostic)
  let attempts = 0
  let wake: () => void = () => {}
  const forget = options.onAppend(() => wake())

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const alerts = await sink.read(0, READ_AHEAD).catch(cannotRead)
      if (alerts?.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      else if (alerts === undefined) await pause(READ_RETRY_MS, signal)
      else for (const stored of alerts) await deliver(stored)
    }
  }

  async function deliver({ alert }: StoredAlert): Promise<void> {
    if (!webhook.on.includes(alert.phase)) return sink.delivered(alert.seq)
    for (; !signal.aborted; attempts++) {
      const replayed = alert.seq <= options.lastSeq || attempts > 0
      const body = JSON.stringify({ ...alert, replayed })
      const headers = webhookHeaders(alert.id, body, Date.now(), webhook.secret)
      const fate = fateOf(await post(webhook.url, body, headers, signal))
      if (signal.aborted) return // it is sent again by the next run
      if (fate.type === 'again') {
        outage.failed(fate.text)
        await pause(backoffMs(attempts, Math.random()), signal)
        continue
      }
      if (fate.type === 'refused') outage.refused(fate.text, alert.seq)
      attempts = 0
      outage.over()
      return sink.delivered(alert.seq)
    }
  }

  function cannotRead(error: Error): undefined {
    onDiagnostic(diagnostic('FW_SPOOL_DISK', 'spool', error.message))
  }

  const running = run()
  return {
    to,
    get pending() {
      return sink.pending
    },
    get failing() {
      return outage.failing
    },
    stop: async () => {
      stopping.abort()
      forget()
      wake()
      await running
      await sink.close()
    },
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {}) // stopped
}
