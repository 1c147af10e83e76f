import { appendFile, chmod, lstat, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AlertBody } from '../../src/core/alert.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { chosenIncidents, type IncidentHistory } from '../../src/core/incident-history.js'
import { openIncidentLog, readHistory } from '../../src/incidents/incident-log.js'
import { incidentLogPath } from '../../src/incidents/log-file.js'
import { emptyFolder, keptAlert } from '../fixtures/alerts.js'

const seen = { at: '2026-11-22T18:05:00.000Z', by: 'page', note: '' }
const ids = (history: IncidentHistory) => chosenIncidents(history).map(({ id }) => id)

async function opened(stateDir: string, maxBytes?: number) {
  const said: Diagnostic[] = []
  const log = await openIncidentLog(stateDir, { maxBytes, onDiagnostic: (d) => said.push(d) })
  let seq = log.history.lastSeq
  const raise = (incident: string, change: Partial<AlertBody> = {}) =>
    log.alert(keptAlert(++seq, { incident, ...change }))
  return { ...log, log, said, raise }
}

test('what was raised, cleared and seen is there after a restart, for the daemon and for who only looks', async () => {
  const dir = await emptyFolder()
  const { log, raise } = await opened(dir)
  raise('a')
  raise('b')
  raise('a', { phase: 'cleared' })
  log.acknowledge('b', seen)
  await log.flush()
  const again = await opened(dir)
  expect(again.log.history).toEqual(log.history)
  expect(again.said).toEqual([])
  expect(await readHistory(dir)).toEqual(log.history)
  expect((await stat(incidentLogPath(dir))).mode & 0o777).toBe(0o600)
  expect((await stat(join(dir, 'incidents'))).mode & 0o777).toBe(0o700)
})

test('a line that a crash left torn is cut off, and the next one stands whole', async () => {
  const dir = await emptyFolder()
  const first = await opened(dir)
  first.raise('a')
  await first.log.flush()
  await appendFile(incidentLogPath(dir), '{"type":"alert","alert":{"inci')
  const second = await opened(dir)
  expect(ids(second.log.history)).toEqual(['a'])
  second.raise('b')
  await second.log.flush()
  const third = await opened(dir)
  expect([ids(third.log.history), third.said]).toEqual([['b', 'a'], []])
})

test('lines that are no entry are left out, and said', async () => {
  const dir = await emptyFolder()
  const first = await opened(dir)
  first.raise('a')
  await first.log.flush()
  await appendFile(incidentLogPath(dir), '\n{}\nnull\n{"type":"kept"}\n\xff\n')
  const second = await opened(dir)
  expect(ids(second.log.history)).toEqual(['a'])
  expect(second.said).toMatchObject([{ code: 'FW_INCIDENT_LOG', text: expect.stringContaining('5 damaged line(s)') }])
})

test('the file is bounded: it is written anew with the newest incidents, and still says who has seen them', async () => {
  const dir = await emptyFolder()
  const { log, raise } = await opened(dir, 20_000)
  for (let i = 0; i < 60; i++) {
    raise(`i${i}`)
    if (i === 59) log.acknowledge('i59', seen)
    await log.flush()
    expect((await stat(incidentLogPath(dir))).size).toBeLessThan(22_000)
  }
  const again = await readHistory(dir)
  expect(ids(again)[0]).toBe('i59')
  expect(ids(again).length).toBeGreaterThan(5)
  expect(again.lastSeq).toBe(60)
  expect(again.incidents.get('i59')!.acknowledged).toEqual(seen)
})

test('what the disk refuses is said and written with the next entry', async () => {
  const dir = await emptyFolder()
  const { log, raise, said } = await opened(dir)
  // a folder in its place: refused for root as well
  await mkdir(incidentLogPath(dir), { recursive: true })
  raise('a')
  await log.flush()
  expect(said.map(({ code }) => code)).toContain('FW_INCIDENT_LOG')
  expect(ids(log.history)).toEqual(['a'])
  await rm(incidentLogPath(dir), { recursive: true })
  raise('b')
  await log.flush()
  expect(ids(await readHistory(dir))).toEqual(['b', 'a'])
})

test('a link that somebody planted is not written through', async () => {
  const dir = await emptyFolder()
  const target = join(dir, 'target')
  await writeFile(target, 'untouched')
  await mkdir(join(dir, 'incidents'))
  await chmod(join(dir, 'incidents'), 0o700)
  await symlink(target, incidentLogPath(dir))
  const { log, raise, said } = await opened(dir)
  raise('a')
  await log.flush()
  expect(await readFile(target, 'utf8')).toBe('untouched')
  expect((await lstat(incidentLogPath(dir))).isSymbolicLink()).toBe(true)
  expect(said.at(-1)).toMatchObject({ code: 'FW_INCIDENT_LOG' })
})
