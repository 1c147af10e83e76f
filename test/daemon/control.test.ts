/** The daemon over its control socket, as commands reach it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askDaemon } from '../../src/control/client.js'
import { until } from '../fixtures/alerts.js'
import { startDaemon } from '../fixtures/daemon.js'

test('state and reload are answered, and a stopped daemon is not running', async () => {
  const daemon = await startDaemon({ cameras: ['{ id: gate, url: "rtsp://127.0.0.1:9/cam" }'] })
  const ask = (verb: string) => askDaemon(join(daemon.dir, 'state'), verb, { timeoutMs: 30_000 })
  await until(() => daemon.log().includes('guards 1 camera'), 'it has started', 20_000)
  expect((await ask('state')).state).toMatchObject({ unit: 'test', cameras: [{ id: 'gate' }], guards: [{ index: 0 }] })

  const good = await readFile(daemon.config, 'utf8')
  await writeFile(daemon.config, `${good}spool: { max_age: 1d }\nlog: { level: debug }\n`)
  expect(await ask('reload')).toEqual({ changes: ['log.level'], held: ['spool.max_age'] })

  await writeFile(daemon.config, `${good}models: { bundle: /nowhere }\n`)
  await expect(ask('reload')).rejects.toMatchObject({
    ...{
      code: 'FW_MODEL_MISSING',
      message: expect.stringMatching(/^models\.bundle: .*; the settings from before stay$/),
    },
  })
  await expect(ask('drilll')).rejects.toMatchObject({ code: 'FW_REQUEST' })

  expect(await daemon.stop()).toBe(0)
  await expect(ask('state')).rejects.toMatchObject({ code: 'FW_NOT_RUNNING' })
})
