import { expect, test } from 'vitest'
import { phaseLog } from '../../src/demo/phase-log.js'
import type { ReceivedAlert } from '../../src/demo/verdict.js'

/** Three phases of 10 s, from second 100 on. */
function demo() {
  const log = phaseLog(10_000)
  for (const [i, phase] of (['clean', 'attacked', 'after'] as const).entries()) {
    log.began(phase, 100_000 + i * 10_000, 20 + i * 150)
  }
  return log
}

const alert = (phase: ReceivedAlert['phase'], incident = 'one'): ReceivedAlert => ({
  ...{ incident, phase },
  capturedAtMs: 112_000,
  receivedAtMs: 112_100,
})

test('before the first phase there is none, and no end', () => {
  const log = phaseLog(10_000)
  expect(log.current(5)).toEqual({})
  expect(log.isOver(1e12)).toBe(false)
  log.began('clean', 1_000, 15)
  expect(log.current(3_500)).toEqual({ phase: 'clean', leftS: 7.5 })
  expect(log.isOver(1e12)).toBe(false)
})

test('the end is the end of the last phase; an open incident has 10 s more to end', () => {
  const log = demo()
  expect([129_999, 130_000].map((ms) => log.isOver(ms))).toEqual([false, true])
  log.alert(alert('raised'))
  expect([130_000, 139_999, 140_000].map((ms) => log.isOver(ms))).toEqual([false, false, true])
  log.alert(alert('cleared', 'another'))
  expect(log.isOver(130_000)).toBe(false)
  log.alert(alert('cleared'))
  expect(log.isOver(130_000)).toBe(true)
})

test('the timeline has the edges of the attack, every alert, and the frames judged in each phase', () => {
  const log = demo()
  log.alert(alert('raised'))
  expect(log.timeline(460)).toEqual({
    attackFromMs: 110_000,
    attackToMs: 120_000,
    alerts: [alert('raised')],
    judged: { clean: 150, attacked: 150, after: 140 },
  })
})
