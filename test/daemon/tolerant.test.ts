/** `run --tolerant` with a mistake in one camera. */
import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { until } from '../fixtures/alerts.js'
import { freePort, payloads, startDaemon } from '../fixtures/daemon.js'

test('the other cameras are guarded, it is said loudly, and a reload of the mended file takes the camera in', async () => {
  const httpPort = await freePort()
  const daemon = await startDaemon({
    cameras: [
      '{ id: gate, url: "rtsp://127.0.0.1:9/cam" }',
      '{ id: yard, url: "rtsp://127.0.0.1:9/yard", transport: tpc }',
    ],
    args: ['--tolerant'],
    httpPort,
  })
  await until(() => daemon.log().includes('guards 1 camera'), 'it has started', 20_000)
  const said = await until(
    () => payloads(daemon.seen, 'diagnostic').find(({ subject }) => subject === 'yard'),
    'it is said',
  )
  expect(said).toMatchObject({
    code: 'FW_CONFIG_VALUE',
    text: expect.stringContaining('NOT GUARDED, left out by --tolerant'),
  })
  expect(daemon.log()).toContain('NOT GUARDED, left out by --tolerant')
  const ready = await fetch(`http://127.0.0.1:${httpPort}/readyz`)
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining("camera 'yard' (line ")])
  const text = await readFile(daemon.config, 'utf8')
  await writeFile(daemon.config, text.replace('tpc', 'tcp'))
  daemon.process.kill('SIGHUP')
  await until(() => payloads(daemon.seen, 'camera/yard/state').length > 0, 'yard is there', 20_000)
  await expect.poll(async () => (await fetch(`http://127.0.0.1:${httpPort}/readyz`)).text()).not.toContain('left out')
  expect(await daemon.stop()).toBe(0)
})
