import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { baselinePath, readBaseline, writeBaseline } from '../../src/baselines/baseline-file.js'
import { type Baseline, NO_BASELINE, restoredSignal } from '../../src/core/baseline/baseline.js'
import type { Diagnostic } from '../../src/core/diagnostic.js'
import { cameraBaseline } from '../../src/guard/camera-baseline.js'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fw-camera-baseline-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const camera = { id: 'door', url: 'rtsp://door/1' }
const size = { width: 64, height: 64 }
const origin = { bundle: 'ab', ...size, source: camera.url }
const LATER_MS = 400_000

function learned(level: number): Baseline {
  const past = () => restoredSignal(Array(20).fill(level), Array(20).fill(0), 200, undefined)
  const signals = { screen: past(), chain: past(), noise: past() }
  return { ...NO_BASELINE, regimes: { colour: { learnedMs: 4_000, signals } } }
}
const levelOf = (baseline?: Baseline) => baseline?.regimes.colour?.signals.chain.past.levels[0]
const onDisk = () => readBaseline(baselinePath(dir, camera.id), origin)

test('what a guard learns is kept for the next one', async () => {
  const told: Diagnostic[] = []
  const past = cameraBaseline(dir, camera, 'ab', (d) => told.push(d))
  expect(await past.of(size, NO_BASELINE)).toBe(NO_BASELINE)
  await past.flush(learned(1))
  await past.flush(learned(2))
  expect(levelOf(await cameraBaseline(dir, camera, 'ab', () => {}).of(size, NO_BASELINE))).toBe(2)
  expect(told).toEqual([])
})

test('a baseline that was calibrated meanwhile is taken up by the guard that runs', async () => {
  const past = cameraBaseline(dir, camera, 'ab', () => {})
  let now = await past.of(size, NO_BASELINE)
  await past.flush(learned(1))
  await writeBaseline(baselinePath(dir, camera.id), learned(7), origin)
  past.keep(now, 0)
  past.keep(now, LATER_MS)
  await past.flush(learned(1))
  now = await past.of(size, learned(1))
  expect(levelOf(now)).toBe(7)
})

test('a guard that ends does not write over a baseline that was calibrated meanwhile', async () => {
  const past = cameraBaseline(dir, camera, 'ab', () => {})
  await past.of(size, NO_BASELINE)
  await writeBaseline(baselinePath(dir, camera.id), learned(7), origin)
  await past.flush(learned(1))
  expect(levelOf(await onDisk())).toBe(7)
})
