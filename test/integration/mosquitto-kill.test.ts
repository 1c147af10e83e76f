import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connect } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { emptyFolder, until } from '../fixtures/alerts.js'
import { startMosquitto } from './mosquitto-broker.js'

/** More by hand: `KILLS=100 npx vitest run --config vitest.integration.config.ts test/integration/mosquitto-kill.test.ts`. */
const KILLS = Number(process.env.KILLS ?? 10)
const APPENDER = fileURLToPath(new URL('../fixtures/delivery-appender.mjs', import.meta.url))

/** Everything that ever arrives, also after the broker was away. */
async function subscribeForGood(url: string): Promise<Map<string, { seq: number; times: number }>> {
  const arrived = new Map<string, { seq: number; times: number }>()
  const client = connect(url, {
    protocolVersion: 5,
    clientId: 'ops',
    clean: false,
    properties: { sessionExpiryInterval: 3600 },
    reconnectPeriod: 100,
  })
  client.on('error', () => {}) // the broker is away
  client.on('message', (_, payload) => {
    const { id, seq } = JSON.parse(payload.toString()) as { id: string; seq: number }
    arrived.set(id, { seq, times: (arrived.get(id)?.times ?? 0) + 1 })
  })
  await client.subscribeAsync('framewarden/gate-7/camera/+/alert', { qos: 1 })
  onTestFinished(async () => {
    await client.endAsync(true)
  })
  return arrived
}

test(
  `${KILLS} SIGKILLs and broker stops: every alert that counted arrives, none gets a second number`,
  async () => {
    const broker = await startMosquitto((folder) => [
      'allow_anonymous true',
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      ...['persistence true', `persistence_location ${folder}/`, 'max_queued_messages 0'],
    ])
    onTestFinished(() => broker.remove())
    const url = `mqtt://127.0.0.1:${broker.port}`
    const arrived = await subscribeForGood(url)
    const stateDir = await emptyFolder()
    const counted = new Map<number, string>()
    for (let kill = 0; kill < KILLS; kill++) {
      const child = spawn(process.execPath, [APPENDER, stateDir, url], { stdio: ['ignore', 'pipe', 'ignore'] })
      let lines = 0
      createInterface(child.stdout).on('line', (line) => {
        const [seq, id] = line.split(' ')
        expect(counted.has(Number(seq))).toBe(false)
        counted.set(Number(seq), id!)
        lines++
      })
      const closed = once(child, 'close')
      await until(() => lines > 0, 'the first alert', 30_000)
      if (kill % 4 === 1) await broker.stop()
      if (kill % 4 === 2) await broker.start()
      if (kill % 4 === 3) broker.freeze()
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300))
      child.kill('SIGKILL')
      await closed
      broker.thaw()
    }
    if (KILLS % 4 === 2) await broker.start()
    const drain = spawn(process.execPath, [APPENDER, stateDir, url, 'drain'], { stdio: 'ignore' })
    expect((await once(drain, 'exit'))[0]).toBe(0)
    await until(() => [...counted.values()].every((id) => arrived.has(id)), 'all that counted', 60_000)

    const idBySeq = new Map<number, Set<string>>()
    for (const [id, { seq }] of arrived) idBySeq.set(seq, (idBySeq.get(seq) ?? new Set()).add(id))
    expect([...idBySeq.values()].filter((ids) => ids.size > 1)).toEqual([])
    const seqs = [...idBySeq.keys()].sort((a, b) => a - b)
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => i + 1))
    const again = [...arrived.values()].filter(({ times }) => times > 1).length
    console.log(`${KILLS} kills: ${counted.size} alerts counted, ${arrived.size} arrived, ${again} more than once`)
  },
  60_000 + KILLS * 10_000,
)
