/** Reloads of the broker's settings, with a real Mosquitto. */
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../fixtures/alerts.js'
import { subscribe } from '../fixtures/broker.js'
import { startDaemon } from '../fixtures/daemon.js'
import { startMosquitto } from './mosquitto-broker.js'

test('of reloads 20 ms apart, each with another topic, the last one wins, ten times over', async () => {
  const mosquitto = await startMosquitto(() => ['allow_anonymous true', 'persistence false'])
  onTestFinished(mosquitto.remove)
  const url = `mqtt://127.0.0.1:${mosquitto.port}`
  const seen = await subscribe(url, '#')
  const daemon = await startDaemon({
    cameras: ['{ id: gate, url: "rtsp://127.0.0.1:9/cam" }'],
    broker: false,
    extra: [`mqtt: { url: "${url}", topic_prefix: start }`],
  })
  const last = (prefix: string) => seen.filter((m) => m.topic === `${prefix}/test/availability`).at(-1)?.payload
  const text = await readFile(daemon.config, 'utf8')
  const reload = async (prefix: string) => {
    await writeFile(daemon.config, text.replace('topic_prefix: start', `topic_prefix: ${prefix}`))
    daemon.process.kill('SIGHUP')
  }
  await until(() => last('start') === 'online', 'it is online', 20_000)
  for (let round = 0; round < 10; round++) {
    await reload(`first-${round}`)
    await sleep(20)
    await reload(`last-${round}`)
    await until(() => last(`last-${round}`) === 'online', `round ${round}`, 20_000)
  }
  expect(await daemon.stop()).toBe(0)
  await until(() => last('last-9') === 'offline', 'it says good-bye')
  for (const topic of new Set(seen.map((m) => m.topic).filter((t) => t.endsWith('/availability')))) {
    expect(last(topic.split('/')[0]!), topic).toBe('offline')
  }
})
