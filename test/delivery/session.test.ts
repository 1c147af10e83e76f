import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { dial } from '../../src/delivery/dial.js'
import { createOutbox } from '../../src/delivery/outbox.js'
import { startSession } from '../../src/delivery/session.js'
import { openSpool } from '../../src/delivery/spool/spool.js'
import { alertBody, emptyFolder } from '../fixtures/alerts.js'
import { mqttSettings, startBadBroker } from '../fixtures/broker.js'

test('a broker that never acknowledges is left, and the alert stays', async () => {
  const mute = await startBadBroker((socket) =>
    socket.once('data', () => socket.write(Buffer.from([0x20, 3, 0, 0, 0]))),
  )
  const folder = join(await emptyFolder(), 'spool')
  const retention = { maxBytes: 2 ** 20, maxAgeMs: 86_400_000 }
  const spool = await openSpool({ folder, unit: 'gate-7', retention, fetched: true, onDiagnostic: () => {} })
  onTestFinished(() => spool.close())
  await spool.append(alertBody())
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const dialled = await dial({ mqtt: mqttSettings(mute.url), clientId: 'a', protocol: 5 }, abort.signal)
  if (!('open' in dialled)) throw new Error(dialled.end.text)
  const session = startSession({
    connection: dialled.open,
    spool,
    outbox: createOutbox(),
    alertTopic: () => 'a/b',
    sentBefore: 0,
    onSent: () => {},
    onDenied: () => {},
    onReadFailure: () => {},
    pubackMs: 300,
  })
  expect(await session.ended).toMatchObject({ code: 'FW_BROKER_UNREACHABLE', text: 'no acknowledgement for 0.3 s' })
  expect(spool.pending).toBe(1)
})

test('quota exceeded passes: the connection is left and the alert is not set aside', async () => {
  const full = await startBadBroker((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.from([0x20, 3, 0, 0, 0]))
      socket.on('data', (publish: Buffer) => {
        const topicBytes = publish.readUInt16BE(publish.length > 129 ? 3 : 2)
        const at = (publish.length > 129 ? 5 : 4) + topicBytes
        if (publish[0]! >> 4 === 3) socket.write(Buffer.from([0x40, 4, publish[at]!, publish[at + 1]!, 0x97, 0]))
      })
    })
  })
  const folder = join(await emptyFolder(), 'spool')
  const retention = { maxBytes: 2 ** 20, maxAgeMs: 86_400_000 }
  const spool = await openSpool({ folder, unit: 'gate-7', retention, fetched: true, onDiagnostic: () => {} })
  onTestFinished(() => spool.close())
  await spool.append(alertBody())
  const dialled = await dial({ mqtt: mqttSettings(full.url), clientId: 'a', protocol: 5 }, new AbortController().signal)
  if (!('open' in dialled)) throw new Error(dialled.end.text)
  const denied: string[] = []
  const session = startSession({
    connection: dialled.open,
    spool,
    outbox: createOutbox(),
    alertTopic: () => 'a/b',
    sentBefore: 0,
    onSent: () => {},
    onDenied: (topic) => denied.push(topic),
    onReadFailure: () => {},
  })
  expect(await session.ended).toMatchObject({
    code: 'FW_BROKER_REFUSED',
    text: expect.stringContaining('Quota exceeded (0x97)'),
  })
  expect([spool.pending, denied]).toEqual([1, []])
})
