import { readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Incident } from '../../src/core/incident.js'
import { openIncidents } from '../../src/daemon/open-incidents.js'
import { alertBody, emptyFolder } from '../fixtures/alerts.js'

const incident: Incident = {
  id: '019aa000-0000-7000-8000-000000000001',
  phase: 'raised',
  sinceMs: 1,
  raisedAtMs: 2,
  updatedAtMs: 2,
  kind: 'pattern',
  score: 7.5,
}
const open = { incident, body: alertBody({ camera: 'gate' }) }

function incidentsOf(folder: string) {
  const damaged: string[] = []
  return { ...openIncidents(folder, (text) => damaged.push(text)), damaged }
}

test('an open incident is known after a restart, a cleared one is not', async () => {
  const folder = await emptyFolder()
  const first = incidentsOf(folder)
  first.note(open)
  await first.save()
  const second = incidentsOf(folder)
  expect(second.of('gate')).toEqual([open])
  second.note({ ...open, incident: { ...incident, phase: 'cleared' } })
  await second.save()
  expect(incidentsOf(folder).all()).toEqual([])
})

test('a file of an early version, with other words in it, is read', async () => {
  const folder = await emptyFolder()
  const { updatedAtMs, ...rest } = incident
  const early = [{ ...open, incident: { ...rest, toldAtMs: updatedAtMs } }]
  await writeFile(join(folder, 'incidents.json'), JSON.stringify(early))
  expect(incidentsOf(folder).all()).toEqual([open])
})

test('a link that somebody planted beside the file is not followed, and nobody else reads the incidents', async () => {
  const folder = await emptyFolder()
  const victim = join(folder, 'victim')
  await writeFile(victim, 'keep me')
  for (const name of ['incidents.json.new', '.incidents.json.new']) await symlink(victim, join(folder, name))
  const incidents = incidentsOf(folder)
  incidents.note(open)
  await incidents.save()
  expect(await readFile(victim, 'utf8')).toBe('keep me')
  expect((await stat(join(folder, 'incidents.json'))).mode & 0o777).toBe(0o600)
  expect(incidents.damaged).toEqual([])
})

test.each(['null', '{}', '[null]', '[{"incident":{},"body":{}}]', '[{"inc', '42'])(
  'a damaged file, %s, starts empty and is reported',
  async (text) => {
    const folder = await emptyFolder()
    await writeFile(join(folder, 'incidents.json'), text)
    const incidents = incidentsOf(folder)
    expect(incidents.all()).toEqual([])
    expect(incidents.damaged).toEqual([expect.stringContaining('incidents.json: ')])
    incidents.note(open)
    await incidents.save()
    expect(incidentsOf(folder).all()).toEqual([open])
  },
)

test('a disk that refuses is reported and stops nothing', async () => {
  const incidents = incidentsOf('/proc/nowhere')
  incidents.note(open)
  await incidents.save()
  expect(incidents.damaged.length).toBeGreaterThan(0)
  expect(incidents.of('gate')).toEqual([open])
})
