/** Webhooks with real receivers: what they get, when they are away, and that nobody waits for another. */
import { createHmac } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import type { WebhookSettings } from '../../src/core/settings.js'
import { alertSchema } from '../../src/delivery/alert-schema.js'
import { type DeliveryOptions, startDelivery } from '../../src/delivery/delivery.js'
import { alertBody, emptyFolder, until } from '../fixtures/alerts.js'
import { mqttSettings, startBroker, subscribe } from '../fixtures/broker.js'

const WEEK = { maxBytes: 256 * 2 ** 20, maxAgeMs: 7 * 86_400_000 }

interface Got {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Answers with what `status` says of each request; `port` 0: any. */
async function receiver(status: (got: Got) => number = () => 204, port = 0) {
  const got: Got[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    got.push({ headers: request.headers, body })
    response.writeHead(status(got.at(-1)!)).end()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(close)
  const { port: used } = server.address() as AddressInfo
  const seqs = () => got.map(({ body }) => JSON.parse(body).seq as number)
  return { got, seqs, close, port: used, url: `http://127.0.0.1:${used}/hook/secret-path` }
}

const to = (url: string, change: Partial<WebhookSettings> = {}): WebhookSettings => ({
  ...{ url, on: ['raised', 'updated', 'cleared'] },
  ...change,
})

async function start(change: Partial<DeliveryOptions>) {
  const reported: Diagnostic[] = []
  const stateDir = change.stateDir ?? (await emptyFolder())
  const onDiagnostic = (d: Diagnostic) => reported.push(d)
  const delivery = await startDelivery({ unit: 'gate-7', spool: WEEK, onDiagnostic, ...change, stateDir })
  onTestFinished(delivery.stop)
  return { delivery, reported, stateDir }
}

test('an alert is posted as it goes to the broker, signed, of the phases that are wanted', async () => {
  const hook = await receiver()
  const webhooks = [to(hook.url, { secret: 'swordfish', on: ['raised', 'cleared'] })]
  const { delivery, reported } = await start({ webhooks })
  const alert = await delivery.alert(alertBody())
  await delivery.alert(alertBody({ phase: 'updated' }))
  await delivery.alert(alertBody({ phase: 'cleared' }))
  await until(() => hook.got.length === 2, 'both')
  const [{ headers, body }] = hook.got as [Got]
  expect(alertSchema.parse(JSON.parse(body))).toEqual(alert)
  const signed = createHmac('sha256', 'swordfish').update(`${alert.id}.${headers['webhook-timestamp']}.${body}`)
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': alert.id,
    'webhook-signature': `v1,${signed.digest('base64')}`,
  })
  expect(hook.seqs()).toEqual([1, 3])
  await until(() => delivery.snapshot().webhooks[0]!.pending === 0, 'all taken')
  expect(reported).toEqual([])
})

test('a receiver that is away gets every alert when it is back, in order, over a restart; said once, without its path', async () => {
  const gone = await receiver()
  await gone.close()
  const first = await start({ webhooks: [to(gone.url)] })
  for (let i = 0; i < 3; i++) await first.delivery.alert(alertBody())
  await until(() => first.reported.length > 0, 'it is said')
  await until(() => first.delivery.snapshot().webhooks[0]!.failing, 'it fails')
  expect(first.delivery.snapshot().webhooks).toEqual([
    { to: `127.0.0.1:${gone.port}`, pending: 3, failing: 'ECONNREFUSED' },
  ])
  await first.delivery.stop()
  expect(first.reported.map(({ code, count }) => [code, count])).toEqual([['FW_WEBHOOK_FAILED', 1]])
  expect(JSON.stringify(first.reported)).not.toContain('secret-path')

  const back = await receiver(undefined, gone.port)
  const second = await start({ webhooks: [to(gone.url)], stateDir: first.stateDir })
  await second.delivery.alert(alertBody())
  await until(() => back.got.length === 4, 'all four')
  expect(back.seqs()).toEqual([1, 2, 3, 4])
  expect(back.got.map(({ body }) => JSON.parse(body).replayed)).toEqual([true, true, true, false])
})

test('one sink that is away holds up no other: broker, webhook, webhook', async () => {
  const broker = await startBroker()
  const seen = await subscribe(broker.url, 'framewarden/+/camera/+/alert')
  const failing = await receiver(() => 500)
  const well = await receiver()
  const mqtt = mqttSettings(broker.url)
  const { delivery } = await start({ mqtt, webhooks: [to(failing.url), to(well.url)] })
  for (let i = 0; i < 3; i++) await delivery.alert(alertBody())
  await until(() => seen.length === 3 && well.got.length === 3, 'broker and the well webhook')
  expect(delivery.snapshot().webhooks.map(({ pending }) => pending)).toEqual([3, 0])
  await broker.close()
  await delivery.alert(alertBody())
  await until(() => well.got.length === 4, 'the webhook without the broker')
  expect(delivery.snapshot().pending).toBe(1)
})

test('an alert that the receiver refuses is reported and does not hold up the next', async () => {
  const hook = await receiver(({ body }) => (JSON.parse(body).seq === 1 ? 422 : 200))
  const { delivery, reported } = await start({ webhooks: [to(hook.url)] })
  await delivery.alert(alertBody())
  await delivery.alert(alertBody())
  await until(() => hook.got.length === 2, 'both')
  await until(() => delivery.snapshot().webhooks[0]!.pending === 0, 'settled')
  expect(reported).toMatchObject([
    { code: 'FW_WEBHOOK_REFUSED', text: expect.stringContaining('answered 422 to alert 1') },
  ])
})

test('a redirect is not followed', async () => {
  const other = await receiver()
  const hook = await receiver(() => 302)
  const { delivery } = await start({ webhooks: [to(hook.url)] })
  await delivery.alert(alertBody())
  await until(() => delivery.snapshot().webhooks[0]!.failing?.includes('redirect'), 'it fails')
  expect(other.got).toEqual([])
})

test('a new webhook begins with the next alert; one that is gone is forgotten, others go on', async () => {
  const [a, b] = [await receiver(), await receiver()]
  const { delivery, stateDir } = await start({ webhooks: [to(a.url)] })
  await delivery.alert(alertBody())
  const settled = () => delivery.snapshot().webhooks.every(({ pending }) => pending === 0)
  await until(() => a.got.length === 1 && settled(), 'a has the first')
  await delivery.replaceWebhooks([to(a.url), to(b.url)])
  await delivery.alert(alertBody())
  await until(() => a.got.length === 2 && b.got.length === 1 && settled(), 'both have the second')
  await delivery.replaceWebhooks([to(b.url)])
  await delivery.alert(alertBody())
  await until(() => b.got.length === 2, 'b has the third')
  expect([a.seqs(), b.seqs()]).toEqual([
    [1, 2],
    [2, 3],
  ])
  const cursors = (await readdir(join(stateDir, 'spool'))).filter((name) => /^cursor-/.test(name))
  expect(cursors).toHaveLength(1)
})

test('alerts that a webhook has not are kept beyond max_age, and dropped for want of space alone', async () => {
  const failing = await receiver(() => 500)
  const spool = { maxBytes: 16 * 1024, maxAgeMs: 1 }
  const { delivery, reported } = await start({ spool, webhooks: [to(failing.url)] })
  for (let i = 0; i < 8; i++) await delivery.alert(alertBody())
  expect(delivery.snapshot().webhooks[0]!.pending).toBe(8)
  for (let i = 0; i < 24; i++) await delivery.alert(alertBody())
  expect(delivery.snapshot().webhooks[0]!.pending).toBeLessThan(32)
  expect(reported.map(({ code }) => code)).toContain('FW_SPOOL_FULL')
})
