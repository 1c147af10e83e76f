import { expect, test } from 'vitest'
import { type AlertBody, NO_PICTURES } from '../../src/core/alert.js'
import {
  chosenIncidents,
  clearingAlert,
  entered,
  entriesOf,
  type IncidentHistory,
  KEPT_INCIDENTS,
  type LogEntry,
  type LoggedIncident,
  NO_HISTORY,
} from '../../src/core/incident-history.js'
import { keptAlert } from '../fixtures/alerts.js'

const alert = (seq: number, change: Partial<AlertBody> = {}): LogEntry => ({
  type: 'alert',
  alert: keptAlert(seq, change),
})
const historyOf = (...entries: LogEntry[]): IncidentHistory => entries.reduce(entered, NO_HISTORY)
const pictures = (name: string) => ({ ...NO_PICTURES, before: `${name}-before.jpg` })
const seen = { at: '2026-11-22T18:05:00.000Z', by: 'page', note: 'a lorry' }

test('an incident is what its alerts say of it, from the first to the last', () => {
  const history = historyOf(
    alert(1, { evidence: pictures('one'), level: null }),
    alert(2, { phase: 'updated', captured_at: '2026-11-22T18:00:10.000Z', level: 0.05, score: 9 }),
    alert(3, { phase: 'cleared', captured_at: '2026-11-22T18:01:00.000Z', level: 0.05, score: 9 }),
  )
  expect(history.lastSeq).toBe(3)
  expect(chosenIncidents(history)).toEqual([
    expect.objectContaining({
      ...{ camera: 'north-door', kind: 'pattern', phase: 'cleared', alerts: 3, level: 0.05, score: 9 },
      since: '2026-11-22T17:59:58.000Z',
      raised_at: '2026-11-22T18:00:00.000Z',
      updated_at: '2026-11-22T18:01:00.000Z',
      cleared_at: '2026-11-22T18:01:00.000Z',
      acknowledged: null,
      changes: [
        { seq: 1, phase: 'raised', at: '2026-11-22T18:00:00.000Z', kind: 'pattern', level: null, score: 7.5 },
        { seq: 2, phase: 'updated', at: '2026-11-22T18:00:10.000Z', kind: 'pattern', level: 0.05, score: 9 },
        { seq: 3, phase: 'cleared', at: '2026-11-22T18:01:00.000Z', kind: 'pattern', level: 0.05, score: 9 },
      ],
      text: 'Camera north-door is as before: what began at 17:59:58 UTC is over after 1 min.',
      pictures: [
        {
          phase: 'raised',
          at: '2026-11-22T18:00:00.000Z',
          before: 'one-before.jpg',
          after: null,
          difference: null,
          strip: null,
        },
      ],
    }),
  ])
})

test('of many changes the first and the last seven are kept; a log of an early version has none', () => {
  const many = Array.from({ length: 20 }, (_, i) => alert(i + 1, { phase: i === 0 ? 'raised' : 'updated' }))
  const [incident] = chosenIncidents(historyOf(...many))
  expect(incident!.changes.map(({ seq }) => seq)).toEqual([1, 14, 15, 16, 17, 18, 19, 20])
  const { changes: _, ...early } = incident!
  const history = historyOf({ type: 'kept', seq: 20, incident: early as LoggedIncident }, alert(21))
  expect(chosenIncidents(history)[0]!.changes.map(({ seq }) => seq)).toEqual([21])
})

test('of many pictures the first and the last three are kept', () => {
  const many = Array.from({ length: 9 }, (_, i) => alert(i + 1, { phase: 'updated', evidence: pictures(String(i)) }))
  const [incident] = chosenIncidents(historyOf(...many))
  expect(incident!.pictures.map(({ before }) => before)).toEqual(['0', '6', '7', '8'].map((i) => `${i}-before.jpg`))
  expect(incident!.alerts).toBe(9)
})

test('who has seen it stands with the incident; of one that is unknown nothing is noted', () => {
  const { incident } = keptAlert(1)
  const history = historyOf(alert(1), { type: 'acknowledged', incident, ...seen })
  expect(chosenIncidents(history)[0]!.acknowledged).toEqual(seen)
  expect(entered(history, { type: 'acknowledged', incident: 'x', ...seen })).toEqual(history)
})

test('the newest come first, by camera, and only the open ones where these are wanted', () => {
  const history = historyOf(
    alert(1, { incident: 'a', camera: 'north' }),
    alert(2, { incident: 'b', camera: 'south' }),
    alert(3, { incident: 'a', camera: 'north', phase: 'cleared' }),
    alert(4, { incident: 'c', camera: 'north' }),
  )
  const ids = (wanted: Parameters<typeof chosenIncidents>[1]) => chosenIncidents(history, wanted).map(({ id }) => id)
  expect(ids({})).toEqual(['c', 'b', 'a'])
  expect(ids({ camera: 'north' })).toEqual(['c', 'a'])
  expect(ids({ open: true })).toEqual(['c', 'b'])
  expect(ids({ limit: 1 })).toEqual(['c'])
})

test('it is bounded: the oldest incidents go', () => {
  const many = Array.from({ length: KEPT_INCIDENTS + 5 }, (_, i) => alert(i + 1, { incident: `i${i}` }))
  const history = historyOf(...many)
  expect(history.incidents.size).toBe(KEPT_INCIDENTS)
  expect([...history.incidents.keys()][0]).toBe('i5')
})

test('written anew it is the same history', () => {
  const history = historyOf(alert(1, { incident: 'a' }), alert(2, { incident: 'b' }), {
    type: 'acknowledged',
    incident: 'a',
    ...seen,
  })
  expect(historyOf(...entriesOf(history))).toEqual(history)
})

test('what nobody carries on is ended by an alert of the same incident', () => {
  const [incident] = chosenIncidents(historyOf(alert(1, { drill: true })))
  const cleared = clearingAlert(incident!, '2026-11-22T19:00:00.000Z')
  expect(cleared).toMatchObject({ incident: incident!.id, phase: 'cleared', drill: true, kind: 'pattern', score: 7.5 })
  expect(chosenIncidents(historyOf(alert(1), { type: 'alert', alert: keptAlert(2, cleared) }), { open: true })).toEqual(
    [],
  )
})
