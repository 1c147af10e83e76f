/** The whole command on clips that the tiny bundle has an opinion on. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readBaseline } from '../../src/baselines/baseline-file.js'
import { openClip } from '../../src/scan/write-clip.js'
import { bundled } from '../camera/partners.js'
import { amplitudes, drawTinyClip } from '../fixtures/tiny-clip.js'
import { grey, TINY } from '../inference/pictures.js'

// one calibration encodes and decodes a dozen clips
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const PROGRAM = fileURLToPath(new URL('../../bin/framewarden.js', import.meta.url))
const RATE = 5

let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fw-calibrate-'))
  const rate = { rate: RATE }
  await drawTinyClip(join(dir, 'clean.mp4'), amplitudes(62, 0, RATE), rate)
  await drawTinyClip(join(dir, 'short.mp4'), amplitudes(20, 0, RATE), rate)
  await drawTinyClip(join(dir, 'attacked.mp4'), [...amplitudes(50, 0, RATE), ...amplitudes(15, 24, RATE)], rate)
  await drawScenes(join(dir, 'scenes.mp4'), 70)
  const cameras = ['door', 'yard'].map((id) => `  - { id: ${id}, url: ./${id}.mp4, frame: { width: 64 } }`)
  const text = ['unit: test', 'state_dir: ./state', `models: { bundle: ${TINY} }`, 'cameras:', ...cameras]
  writeFileSync(join(dir, 'config.yaml'), `${text.join('\n')}\n`)
})
afterAll(() => rmSync(dir, { recursive: true }))

/** Bright and dark by turns, 15 s each: nothing is perturbed. */
async function drawScenes(path: string, seconds: number): Promise<void> {
  const frames = Array.from({ length: seconds * RATE }, (_, i) => {
    const frame = grey(0)
    frame.pixels.fill(Math.floor(i / RATE / 15) % 2 ? 60 : 190, 0, 64 * 64)
    return { ...frame, capturedAtMs: (i * 1000) / RATE }
  })
  const clip = openClip(path, frames[0]!, bundled.path)
  for (const frame of frames) await clip.write(frame, frame.pixels)
  await clip.end()
}

function calibrate(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const argv = [PROGRAM, 'calibrate', '--config', 'config.yaml', ...args]
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { cwd: dir })
    let [out, err] = ['', '']
    child.stdout.on('data', (d) => (out += d))
    child.stderr.on('data', (d) => (err += d))
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

test('a clean recording becomes the baseline that the guard of the camera reads', async () => {
  const { code, out, err } = await calibrate('--camera', 'door', '--from', 'clean.mp4', '--json')
  expect(err).toBe('')
  expect(code).toBe(0)
  const result = JSON.parse(out)
  expect(result).toMatchObject({ camera: 'door', source: 'clean.mp4', stage: 'provisional', jumps: 0 })
  expect(result.clean_s).toBeCloseTo(62, 0)
  const { chain } = result.signals
  expect(chain.quantiles.p50).toBeLessThan(-4)
  expect(chain.margin).toBeGreaterThan(0)
  expect(result.false_alarms).toMatchObject({ per_day: 0, interval: [0, expect.any(Number)] })
  const { codec, noise, control_raised: failed } = result.least_level
  expect({ codec, failed }).toEqual({ codec: 'H.264 CRF 23', failed: false })
  expect(noise).toBeGreaterThanOrEqual(2)
  expect(noise).toBeLessThanOrEqual(32)
  expect(result.svg).toBe(join(dir, 'state/baselines/door.svg'))
  expect(existsSync(result.svg)).toBe(true)
  const source = join(dir, 'door.mp4')
  const baseline = await readBaseline(result.baseline, { width: 64, height: 64, source })
  expect(result.baseline).toBe(join(dir, 'state/baselines/door.json'))
  expect(baseline?.regimes.mono?.signals.chain.past.levels.length).toBeGreaterThan(100)
})

test('a person is shown a histogram, quantiles and the margin of each signal', async () => {
  const { code, out } = await calibrate('--camera', 'door', '--from', 'clean.mp4', '--out', 'door.svg')
  expect(code).toBe(0)
  for (const words of [
    'screen, log-odds: p1',
    'classifier C, log-odds: p1',
    'noise of the picture, nats: p1',
    '█',
    'modelled 0.00 [0.00, 0.0',
  ]) {
    expect(out).toContain(words)
  }
  expect(out.split('\n').length).toBeLessThan(25)
  expect(readFileSync(join(dir, 'door.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
})

test.each([
  ['too short', 'short.mp4', '20 s of clean observations, 60 s at least'],
  ['attacked', 'attacked.mp4', 'looks attacked, an incident after 5'],
  ['of several scenes', 'scenes.mp4', '4 jumps of the whole picture, 1 at most'],
])('a recording that is %s is refused and leaves no baseline', async (_, clip, reason) => {
  const { code, out, err } = await calibrate('--camera', 'yard', '--from', clip)
  expect(err).toMatch(/^FW_CALIBRATE_REFUSED: camera 'yard': /)
  expect(err).toContain(reason)
  expect(err.trim().split('\n')).toHaveLength(1)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(existsSync(join(dir, 'state/baselines/yard.json'))).toBe(false)
})

test('of all cameras one that cannot be read is reported, and the others go on', async () => {
  await drawTinyClip(join(dir, 'yard.mp4'), amplitudes(62, 0, RATE), { rate: RATE })
  const { code, out, err } = await calibrate('--all', '--json')
  rmSync(join(dir, 'yard.mp4'))
  rmSync(join(dir, 'state/baselines/yard.json'))
  expect(code).toBe(1)
  expect(err).toMatch(/^FW_SOURCE: .*door\.mp4/)
  expect(JSON.parse(out)).toMatchObject({ camera: 'yard' })
})

test.each([
  [['--camera', 'nobody'], "no camera 'nobody', has door, yard"],
  [['--camera', 'door', '--minutes', '0.5'], "--minutes '0.5', takes 1 or more"],
  [[], '--camera ID or --all'],
  [['--camera', 'door', '--all'], '--camera ID or --all'],
])('%j is usage', async (args, words) => {
  const { code, err } = await calibrate(...args)
  expect(err).toContain(words)
  expect(code).toBe(2)
})
