/** The unit's history over a kill, as commands show it. */
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { incidentSchema } from '../../src/delivery/alert-schema.js'
import { incidentLogPath } from '../../src/incidents/log-file.js'
import { until } from '../fixtures/alerts.js'
import { payloads, startAgain, type TestDaemon } from '../fixtures/daemon.js'
import { command, greyClip, guardedUnit } from '../fixtures/tiny-unit.js'

let clip: string

beforeAll(async () => {
  const grey = await greyClip()
  clip = grey.path
  return grey.remove
})

async function listed(daemon: TestDaemon) {
  const { stdout } = await command(daemon, 'incidents', '--json')
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => incidentSchema.parse(JSON.parse(line)))
}

test('a daemon killed in mid-drill forgets nothing: the next one clears what was raised, and it can be acknowledged', {
  timeout: 150_000,
}, async () => {
  const { daemon } = await guardedUnit(clip)
  // one whose answer the kill cut off is sent again, with the id that it had
  const alerts = () => {
    const sent = payloads(daemon.seen, 'camera/gate/alert')
    return sent.filter(({ id }, i) => sent.findIndex((other) => other.id === id) === i)
  }
  const drilled = command(daemon, 'drill', '--camera', 'gate')
  await until(() => alerts().length > 0, 'raised', 40_000)
  const log = incidentLogPath(join(daemon.dir, 'state'))
  const kept = () => existsSync(log) && readFileSync(log, 'utf8').includes(`${alerts()[0]!.incident}`)
  await until(kept, 'it is in the history', 20_000)
  daemon.process.kill('SIGKILL')
  await once(daemon.process, 'exit')
  expect((await drilled).code).toBe(2)
  const [raised] = await listed(daemon)
  expect(raised).toMatchObject({ id: alerts()[0]!.incident, drill: true })

  const again = startAgain(daemon)
  const [cleared] = await until(
    () => {
      const found = alerts().filter(({ phase }) => phase === 'cleared')
      return found.length > 0 && found
    },
    'cleared by the next daemon',
    30_000,
  )
  expect(alerts().map(({ text }) => text)).toContain(raised!.text)
  expect(cleared).toMatchObject({ incident: raised!.id, drill: true, seq: alerts().length })
  await until(() => again.log().includes('guards 1 camera'), 'it has started', 20_000)
  expect(await listed(daemon)).toMatchObject([
    { id: raised!.id, phase: 'cleared', alerts: alerts().length, acknowledged: null },
  ])

  const said = await command(daemon, 'incidents', '--acknowledge', raised!.id, '--note', 'we tested')
  expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('(command: we tested)') })
  expect(await command(daemon, 'incidents', '--acknowledge', 'none')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('FW_INCIDENT_UNKNOWN: '),
  })
  expect(again.log()).toContain("camera 'gate': incident acknowledged (command)")
  expect(await again.stop()).toBe(0)
  expect(await listed(daemon)).toMatchObject([{ acknowledged: { by: 'command', note: 'we tested' } }])
})
