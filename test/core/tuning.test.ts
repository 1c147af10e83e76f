/**
 * README's tuning table, line by line, on a recorded camera: the demo's street for 20 s, a universal pattern of 2/255 put in
 * before its encoder (x264, CRF 26) for 5 s, then 10 s without. Recorded by tools/decision/record.ts.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_CAMERA } from '../../src/config/defaults.js'
import { type Watched, watchSettings } from '../../src/core/watch.js'
import { type Recorded, readRecording } from '../../tools/decision/recording.js'
import { replay } from '../../tools/decision/replay.js'

const recorded = readRecording(join(import.meta.dirname, '../fixtures/recordings/street-faint.jsonl'))
const manifest = join(import.meta.dirname, '../../models/camera/manifest.json')
const bundle = JSON.parse(readFileSync(manifest, 'utf8'))
const ATTACK_MS = 20_000
const START = recorded.findIndex(({ atMs }) => atMs >= ATTACK_MS)

function turned(over: Partial<Watched['detection']>, frames: readonly Recorded[] = recorded) {
  const { detection, tamper, frame } = DEFAULT_CAMERA
  const { changes } = replay(frames, watchSettings({ detection: { ...detection, ...over }, tamper, frame }, bundle))
  return {
    phases: changes.map(({ incident }) => incident.phase),
    raisedAfterMs: changes[0] && changes[0].atMs - ATTACK_MS,
  }
}

/** The recording with what is below `share` of its attack: C and screen rise by so much of what they rose. */
function fainter(share: number): Recorded[] {
  const { screen, chain } = recorded[START - 1]!
  return recorded.map((one, i) => {
    if (i < START || one.chain <= chain) return one
    return { ...one, chain: chain + share * (one.chain - chain), screen: screen + share * (one.screen - screen) }
  })
}

test('as it comes: raised within a second, cleared when it is over', () => {
  const { phases, raisedAfterMs } = turned({ clearAfterMs: 5_000 })
  expect(phases).toEqual(['raised', 'cleared'])
  expect(raisedAfterMs).toBeLessThanOrEqual(1_000)
})

test('alarms that are none: a wider margin is silent where the automatic one alarms', () => {
  expect(turned({ margin: 4 }).phases).toEqual([])
})

test('alarms that are none: fewer false alarms a day ask for more evidence', () => {
  const often = turned({ falseAlarmsPerDay: 1_000 }).raisedAfterMs!
  expect(turned({ falseAlarmsPerDay: 0.0001 }).raisedAfterMs).toBeGreaterThan(often)
})

test('an attack that is not found: a margin below its rise finds it', () => {
  expect(turned({}, fainter(0.25)).phases).toEqual([])
  expect(turned({ margin: 0.25 }, fainter(0.25)).phases[0]).toBe('raised')
})

test('an attack that is not found: a threshold below its score finds it', () => {
  const level = fainter(0.25)[START]!.chain
  expect(turned({ threshold: level + 2, margin: 4 }, fainter(0.25)).phases).toEqual([])
  expect(turned({ threshold: level - 0.2, margin: 4 }, fainter(0.25)).phases[0]).toBe('raised')
})

test('an attack that is cleared and raised again: a longer clear_after holds it as one', () => {
  const gapMs = 6_000
  const attack = recorded.slice(START, START + 20)
  const quiet = recorded.slice(START - 30, START)
  const twice = [...recorded.slice(0, START), ...attack, ...quiet, ...attack, ...quiet, ...quiet]
  const evenly = twice.map((one, i) => ({ ...one, atMs: i * 200 }))
  expect(30 * 200).toBe(gapMs)
  expect(turned({ clearAfterMs: 1_000 }, evenly).phases.filter((phase) => phase === 'raised')).toHaveLength(2)
  expect(turned({ clearAfterMs: 10_000 }, evenly).phases.filter((phase) => phase === 'raised')).toHaveLength(1)
})

test('an alarm that must come sooner: raise_within takes less evidence', () => {
  const half = fainter(0.45)
  expect(turned({ raiseWithinMs: 400 }, half).raisedAfterMs).toBeLessThan(turned({}, half).raisedAfterMs!)
})
