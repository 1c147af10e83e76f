import { expect, test } from 'vitest'
import { KINDS } from '../../src/core/alert.js'
import { alertText } from '../../src/core/alert-text.js'
import { alertBody } from '../fixtures/alerts.js'

test('a raised alert says which camera, what, how strong, where and since when', () => {
  expect(alertText(alertBody())).toBe(
    'Camera north-door: its picture is being disturbed by a pattern that was put in (about 8/255, at the left), since 17:59:58 UTC.',
  )
  expect(alertText(alertBody({ kind: 'noise', level: null, box: null, phase: 'updated' }))).toBe(
    'Camera north-door: its picture is being disturbed by noise that was put in, since 17:59:58 UTC, and it goes on.',
  )
})

test.each([
  [[0, 0, 0.2, 0.2], 'at the upper left'],
  [[0.4, 0, 0.2, 0.2], 'at the top'],
  [[0.8, 0.4, 0.2, 0.2], 'at the right'],
  [[0.4, 0.8, 0.2, 0.2], 'at the bottom'],
] as const)('a box %j is %s', (box, place) => {
  expect(alertText(alertBody({ level: null, box }))).toContain(`(${place})`)
})

test('a cleared alert says how long it lasted', () => {
  const cleared = (captured_at: string) => alertText(alertBody({ phase: 'cleared', captured_at }))
  expect(cleared('2026-11-22T18:00:38.000Z')).toBe(
    'Camera north-door is as before: what began at 17:59:58 UTC is over after 40 s.',
  )
  expect(cleared('2026-11-22T18:12:38.000Z')).toContain('after 13 min')
  expect(cleared('2026-11-22T21:20:00.000Z')).toContain('after 3 h 20 min')
})

test('a drill says that it is one, first', () => {
  expect(alertText(alertBody({ drill: true }))).toMatch(/^Drill: Camera north-door: /)
})

test.each(KINDS)('%s has words of its own', (kind) => {
  const others = KINDS.filter((other) => other !== kind).map((other) => alertText(alertBody({ kind: other })))
  expect(others).not.toContain(alertText(alertBody({ kind })))
})
