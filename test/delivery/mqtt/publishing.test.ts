import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Connection, dial } from '../../../src/delivery/mqtt/dial.js'
import type { Denied } from '../../../src/delivery/mqtt/publish-effect.js'
import { startPublishing } from '../../../src/delivery/mqtt/publishing.js'
import { openSpool, type Spool } from '../../../src/delivery/spool/spool.js'
import { alertBody, emptyFolder } from '../../fixtures/alerts.js'
import { mqttSettings, startBadBroker } from '../../fixtures/broker.js'

const CONNACK = Buffer.from([0x20, 3, 0, 0, 0])

async function spoolOfOne(): Promise<Spool> {
  const folder = join(await emptyFolder(), 'spool')
  const retention = { maxBytes: 2 ** 20, maxAgeMs: 86_400_000 }
  const spool = await openSpool({ folder, unit: 'gate-7', retention, fetched: true, onDiagnostic: () => {} })
  onTestFinished(() => spool.close())
  await spool.append(alertBody())
  return spool
}

async function connect(url: string): Promise<Connection> {
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const dialled = await dial({ mqtt: mqttSettings(url), clientId: 'a', protocol: 5 }, abort.signal)
  if (!('open' in dialled)) throw new Error(dialled.end.text)
  return dialled.open
}

function publish(spool: Spool, pubackMs = 30_000) {
  const denied: Denied[] = []
  const publishing = startPublishing({
    spool,
    pubackMs,
    alertTopic: () => 'a/b',
    grantFor: (topic) => topic,
    deniedWith: (topic) => topic,
    onDenied: (d) => denied.push(d),
    onReadFailure: () => {},
  })
  return { publishing, denied }
}

test('a broker that never acknowledges is left, and the alert stays', async () => {
  const mute = await startBadBroker((socket) => socket.once('data', () => socket.write(CONNACK)))
  const spool = await spoolOfOne()
  const { publishing } = publish(spool, 300)
  const { end } = await publishing.serve(await connect(mute.url))
  expect(end).toMatchObject({ code: 'FW_BROKER_UNREACHABLE', text: 'no acknowledgement for 0.3 s' })
  expect(spool.pending).toBe(1)
})

test('quota exceeded passes: the connection is left and the alert is not set aside', async () => {
  const full = await startBadBroker((socket) => {
    socket.once('data', () => {
      socket.write(CONNACK)
      socket.on('data', (publish: Buffer) => {
        const topicBytes = publish.readUInt16BE(publish.length > 129 ? 3 : 2)
        const at = (publish.length > 129 ? 5 : 4) + topicBytes
        if (publish[0]! >> 4 === 3) socket.write(Buffer.from([0x40, 4, publish[at]!, publish[at + 1]!, 0x97, 0]))
      })
    })
  })
  const spool = await spoolOfOne()
  const { publishing, denied } = publish(spool)
  const { end } = await publishing.serve(await connect(full.url))
  expect(end).toMatchObject({
    code: 'FW_BROKER_REFUSED',
    text: expect.stringContaining('Quota exceeded (0x97)'),
  })
  expect([spool.pending, denied]).toEqual([1, []])
})

test('a connection leaves no listener at the spool behind, however many there were', async () => {
  const closing = await startBadBroker((socket) =>
    socket.once('data', () => {
      socket.write(CONNACK)
      socket.once('data', () => socket.end())
    }),
  )
  const spool = await spoolOfOne()
  let listeners = 0
  const counted: Spool = {
    ...spool,
    lastSeq: 1,
    cursor: 0,
    pending: 1,
    onAppend: (listener) => {
      listeners++
      const forget = spool.onAppend(listener)
      return () => {
        listeners--
        forget()
      }
    },
  }
  const { publishing } = publish(counted)
  for (let i = 0; i < 20; i++) {
    const served = publishing.serve(await connect(closing.url))
    expect(listeners).toBe(1)
    await served
    expect(listeners).toBe(0)
  }
})
