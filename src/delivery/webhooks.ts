/** The webhooks of the moment: a reload may put others in their place. */
import type { Diagnostic } from '../core/diagnostic.js'
import type { WebhookSettings } from '../core/settings.js'
import type { Spool } from './spool/spool.js'
import { forgetSinks } from './spool/spool-sink.js'
import { startWebhook, type Webhook } from './webhook/webhook.js'

export interface Webhooks {
  /** Those that are not in `settings` end, others go on where they were. One after the other: the last call wins. */
  replace(settings: readonly WebhookSettings[]): Promise<void>
  /** Ends all, for good. */
  stop(): Promise<void>
  states(): readonly Pick<Webhook, 'to' | 'pending' | 'failing'>[]
}

/** `folder` of the spool. */
export function webhooksOn(spool: Spool, folder: string, onDiagnostic: (d: Diagnostic) => void): Webhooks {
  let running: readonly Webhook[] = []
  let replaced: Promise<void> = Promise.resolve()
  let stopped = false

  async function exchange(settings: readonly WebhookSettings[]): Promise<void> {
    const before = running
    running = []
    await Promise.all(before.map((webhook) => webhook.stop()))
    const started: Webhook[] = []
    for (const webhook of settings) {
      const { host } = new URL(webhook.url)
      const same = started.filter(({ to }) => to.split(' ')[0] === host).length
      const to = same === 0 ? host : `${host} (${same + 1})`
      const sink = await spool.sink(webhook.url)
      const { onAppend, lastSeq } = spool
      started.push(startWebhook({ to, webhook, sink, onAppend, lastSeq, onDiagnostic }))
    }
    running = started
  }

  async function replace(settings: readonly WebhookSettings[]): Promise<void> {
    await exchange(settings)
    const names = settings.map(({ url }) => url)
    await forgetSinks(folder, names).catch(() => {}) // a place that nobody goes back to does no harm
  }

  return {
    replace: (settings) => {
      if (!stopped) replaced = replaced.then(() => replace(settings))
      return replaced
    },
    stop: () => {
      stopped = true
      replaced = replaced.then(() => exchange([]))
      return replaced
    },
    states: () => running.map(({ to, pending, failing }) => ({ to, pending, failing })),
  }
}
