import { expect, test } from 'vitest'
import { type ReceivedAlert, type Timeline, verdictOf } from '../../src/demo/verdict.js'

/** Seconds on the demo's own time line: the attack lasts from 10 to 20; an alert arrives 0.1 s after its frame. */
function alert(phase: ReceivedAlert['phase'], atS: number, incident = 'one'): ReceivedAlert {
  return { incident, phase, capturedAtMs: atS * 1_000, receivedAtMs: atS * 1_000 + 100 }
}

function verdict(alerts: readonly ReceivedAlert[], judged: Partial<Timeline['judged']> = {}) {
  const all = { clean: 150, attacked: 150, after: 150, ...judged }
  return verdictOf({ attackFromMs: 10_000, attackToMs: 20_000, alerts, judged: all })
}

test('raised during the attack and cleared after it passes, with both delays', () => {
  const found = verdict([alert('raised', 11.5), alert('cleared', 27)])
  expect(found).toEqual({ passed: true, reasons: [], raisedAfterS: 1.6, clearedAfterS: 7.1 })
})

test('an update between them changes nothing', () => {
  expect(verdict([alert('raised', 11), alert('updated', 15), alert('cleared', 27)])).toMatchObject({ passed: true })
})

test('an alert on the clean picture fails, though the attack is found, too', () => {
  const alerts = [alert('raised', 4, 'false'), alert('cleared', 8, 'false'), alert('raised', 12), alert('cleared', 26)]
  const found = verdict(alerts)
  expect(found).toMatchObject({ passed: false, reasons: ['an alert was raised 6.0 s before the attack'] })
  expect(found.raisedAfterS).toBeCloseTo(2.1)
})

test('an alert from the clean picture that is open all the time does not count as having found the attack', () => {
  expect(verdict([alert('raised', 9), alert('cleared', 27)]).reasons).toEqual([
    'an alert was raised 1.0 s before the attack',
    'no alert was raised during the attack',
  ])
})

test('silence fails', () => {
  const found = verdict([])
  expect(found).toEqual({ passed: false, reasons: ['no alert was raised during the attack'] })
})

test('an alert after the attack fails twice: the attack was missed, and the clean picture was not', () => {
  expect(verdict([alert('raised', 21), alert('cleared', 28)]).reasons).toEqual([
    'no alert was raised during the attack',
    'an alert was raised 1.0 s after the attack had ended',
  ])
})

test('an alert that is not cleared fails', () => {
  const found = verdict([alert('raised', 11)])
  expect(found.reasons).toEqual(['the alert was not cleared after the attack'])
  expect(found.clearedAfterS).toBeUndefined()
})

test('an alert that is cleared while the attack goes on fails, even when it is raised again', () => {
  const again = [alert('raised', 17, 'two'), alert('cleared', 26, 'two')]
  expect(verdict([alert('raised', 11), alert('cleared', 15.5)]).reasons).toEqual([
    'the alert was cleared 4.5 s before the attack had ended',
  ])
  expect(verdict([alert('raised', 11), alert('cleared', 15.5), ...again])).toMatchObject({
    passed: false,
    clearedAfterS: 6.1,
  })
})

test.each([
  ['clean', 'no frame was judged before the attack'],
  ['attacked', 'no frame was judged during the attack'],
  ['after', 'no frame was judged after the attack'],
])('silence in the %s phase counts for nothing when no frame was judged in it', (phase, reason) => {
  expect(verdict([alert('raised', 11), alert('cleared', 27)], { [phase]: 0 }).reasons).toEqual([reason])
})
