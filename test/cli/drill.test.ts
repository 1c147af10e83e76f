import { expect, test } from 'vitest'
import { drillLevel } from '../../src/cli/drill.js'
import { drillLines, drillPassed } from '../../src/cli/drill-lines.js'
import type { DrillReport } from '../../src/daemon/drills.js'

const found: DrillReport = {
  ...{ camera: 'gate', attack: 'pattern', level: 16 / 255, end: 'time', frames: 48 },
  ...{ found: true, delay_ms: 812, seq: 41, broker: 'acknowledged' },
}
const missed: DrillReport = { ...found, found: false, delay_ms: null, seq: null, broker: null }

test('a drill passes when it was found and the broker, if there is one, has acknowledged it', () => {
  expect(drillPassed(found)).toBe(true)
  expect(drillPassed({ ...found, broker: 'none' })).toBe(true)
  expect(drillPassed({ ...found, broker: 'waiting' })).toBe(false)
  expect(drillPassed({ ...found, broker: 'denied' })).toBe(false)
  expect(drillPassed(missed)).toBe(false)
})

test('what a person reads: found or not, the delay, and what the broker has made of the alert', () => {
  expect(drillLines(found)).toEqual([
    "camera 'gate': found after 0.8 s (pattern of 16/255, 48 frames judged)",
    'alert 41: acknowledged by the broker',
  ])
  expect(drillLines({ ...found, broker: 'none' }).at(-1)).toBe('no broker configured: alert 41 is in the spool')
  expect(drillLines({ ...missed, end: 'incident' })).toEqual([
    "camera 'gate': not found (pattern of 16/255, 48 frames judged)",
    'a real incident was raised on this camera and ended the drill',
  ])
})

test('a level is a fraction, or so many of 255', () => {
  expect(drillLevel('8/255')).toBe(8 / 255)
  expect(drillLevel('0.03')).toBe(0.03)
  for (const wrong of ['8', '0', '0/255', '65/255', 'x', '-1', '1e-2/255', '']) {
    expect(() => drillLevel(wrong)).toThrow(`--level '${wrong}', takes 1/255 to 64/255`)
  }
})
