/** A site's broker and the central one, joined by deploy/fleet/mosquitto-bridge.conf: what a cut of the link does to alerts. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { startMosquitto } from './mosquitto-broker.js'

const BRIDGE = resolve(import.meta.dirname, '../../deploy/fleet/mosquitto-bridge.conf')
const TOPIC = 'framewarden/gate-7/camera/north-door/alert'
const persistent = (folder: string) => [
  'allow_anonymous true',
  'persistence true',
  `persistence_location ${folder}/`,
  'user root',
]

test('alerts of a site that is cut off from the central broker arrive there when the link is back, each of them', async () => {
  const central = await startMosquitto(persistent)
  const edge = await startMosquitto(async (folder) => [
    ...persistent(folder).filter((line) => line !== 'persistence true'),
    (await readFile(BRIDGE, 'utf8')).replace('central.example:8883', `127.0.0.1:${central.port}`),
  ])
  try {
    const options = {
      protocolVersion: 5,
      clientId: 'ops',
      clean: false,
      properties: { sessionExpiryInterval: 600 },
    } as const
    const ops = await connectAsync(`mqtt://127.0.0.1:${central.port}`, { ...options, reconnectPeriod: 200 })
    const seen = new Set<number>()
    ops.on('message', (topic, payload) => topic === TOPIC && seen.add(JSON.parse(payload.toString()).seq))
    await ops.subscribeAsync('framewarden/#', { qos: 1 })
    const unit = await connectAsync(`mqtt://127.0.0.1:${edge.port}`, { protocolVersion: 5 })
    let seq = 0
    const raise = async (count: number) => {
      for (let i = 0; i < count; i++) await unit.publishAsync(TOPIC, JSON.stringify({ seq: ++seq }), { qos: 1 })
    }
    await raise(20)
    await expect.poll(() => seen.size, { timeout: 30_000 }).toBe(20)

    await central.stop()
    await raise(300)
    // the site's own broker may be restarted meanwhile, too
    await edge.stop()
    await edge.start()
    await expect.poll(() => unit.connected, { timeout: 20_000 }).toBe(true)
    await raise(100)
    expect(seen.size).toBe(20)

    await central.start()
    await expect.poll(() => seen.size, { timeout: 60_000 }).toBe(420)
    await Promise.all([ops.endAsync(true), unit.endAsync(true)])
  } finally {
    await edge.remove()
    await central.remove()
  }
})
