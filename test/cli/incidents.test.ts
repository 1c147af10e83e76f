/** `framewarden incidents` as a user types it, on a history that a daemon left. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.js'
import { incidentLines } from '../../src/cli/incident-lines.js'
import { chosenIncidents, entered, NO_HISTORY } from '../../src/core/incident-history.js'
import { incidentSchema } from '../../src/delivery/alert-schema.js'
import { openIncidentLog } from '../../src/incidents/incident-log.js'
import { emptyFolder, keptAlert } from '../fixtures/alerts.js'

const NO_DAEMON = 'no daemon is running'

async function unit(): Promise<string> {
  const dir = await emptyFolder()
  const config = join(dir, 'config.yaml')
  await writeFile(config, 'unit: gate-7\nstate_dir: state\ncameras: [{ id: north-door, url: /clip.mp4 }]\n')
  const log = await openIncidentLog(join(dir, 'state'), { onDiagnostic: () => {} })
  log.alert(keptAlert(1, { incident: 'first' }))
  log.alert(keptAlert(2, { incident: 'first', phase: 'cleared', captured_at: '2026-11-22T18:00:38.000Z' }))
  log.alert(keptAlert(3, { incident: 'second', drill: true }))
  log.acknowledge('first', { at: '2026-11-22T18:05:00.000Z', by: 'page', note: 'a lorry\u001b[2J' })
  await log.flush()
  return config
}

async function run(...argv: string[]) {
  const out: string[] = []
  const err: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => out.push(line))
  vi.spyOn(console, 'error').mockImplementation((line) => err.push(line))
  const code = await dispatch(['incidents', ...argv])
  vi.restoreAllMocks()
  return { code, out, err }
}

test('lists what a daemon that has ended left, the newest first, and steers no terminal', async () => {
  const { code, out } = await run('--config', await unit())
  expect(code).toBe(0)
  expect(out).toEqual([
    '2026-11-22 17:59:58Z  OPEN  north-door  pattern (drill)  not acknowledged  second',
    expect.stringMatching(/^ {2}Drill: Camera north-door: its picture is being disturbed/),
    '2026-11-22 17:59:58Z  over  north-door  pattern  seen 2026-11-22 18:05:00Z (page: a lorry\\x1b[2J)  first',
    '  Camera north-door is as before: what began at 17:59:58 UTC is over after 40 s.',
  ])
})

test('an incident that changed says how it went on', () => {
  const updated = { phase: 'updated', captured_at: '2026-11-22T18:00:10.000Z', level: 8 / 255 } as const
  const alerts = [
    keptAlert(1, { kind: 'unknown', level: null }),
    keptAlert(2, { ...updated, kind: 'noise' }),
    keptAlert(3, { ...updated, kind: 'noise', phase: 'cleared', captured_at: '2026-11-22T18:01:00.000Z' }),
  ]
  const history = alerts.reduce((before, alert) => entered(before, { type: 'alert', alert }), NO_HISTORY)
  expect(incidentLines(chosenIncidents(history))[2]).toBe('  18:00:00 unknown, 18:00:10 noise 8/255, 18:01:00 over')
})

test('--json prints objects of the schema, a line each; --open and --limit choose', async () => {
  const config = await unit()
  const { out } = await run('--config', config, '--json')
  expect(out.map((line) => incidentSchema.strict().parse(JSON.parse(line)).id)).toEqual(['second', 'first'])
  expect((await run('--config', config, '--json', '--open')).out).toHaveLength(1)
  expect((await run('--config', config, '--json', '--limit', '1')).out).toHaveLength(1)
  expect((await run('--config', config, '--camera', 'south')).out).toEqual(['no incidents'])
})

test('acknowledging wants the daemon; wrong arguments are told', async () => {
  const config = await unit()
  expect(await run('--config', config, '--acknowledge', 'first')).toMatchObject({
    code: 1,
    err: [expect.stringContaining(NO_DAEMON)],
  })
  expect((await run()).code).toBe(2)
  expect((await run('--config', config, '--limit', 'x')).code).toBe(2)
})
