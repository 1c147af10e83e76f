import { fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { FromGuard, ToGuard } from '../../src/core/guard-protocol.js'
import { programPath } from '../../src/core/program-path.js'
import { emptyFolder } from '../fixtures/alerts.js'
import { settingsOf } from '../fixtures/settings.js'

test('a guard that is stopped while it starts ends at once, without opening its networks first', async () => {
  const bundle = resolve(import.meta.dirname, '../../models/camera')
  const { models, evidence } = settingsOf(`unit: u\nmodels: { bundle: ${bundle} }\ncameras: [{ id: a, url: /a }]`)
  const program = programPath('../../src/guard/process.js', import.meta.url)
  const guard = fork(program, [], { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const said: string[] = []
  guard.on('message', (message: FromGuard) => said.push(message.type))
  const exited = once(guard, 'exit')
  const start: ToGuard = { type: 'start', models, stateDir: await emptyFolder(), evidence, assignments: [] }
  guard.send(start)
  guard.send({ type: 'stop' } satisfies ToGuard)
  await exited
  expect(said).not.toContain('ready')
})
