import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { baselinePath, readBaseline, writeBaseline } from '../../src/baselines/baseline-file.js'
import { deviations, learn, NO_BASELINE, note, stageOf } from '../../src/core/baseline/baseline.js'
import { NO_PAST } from '../../src/core/baseline/past.js'
import { priorsOf } from '../../src/core/baseline/priors.js'
import { normals } from '../fixtures/random.js'

const origin = { bundle: 'a'.repeat(64), width: 640, height: 360, source: 'rtsp://10.0.0.1/2' }
const priors = priorsOf({ suspicious: -0.5, flagged: 0 })
let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'framewarden-baselines-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

function learned(seconds: number) {
  const normal = normals(5)
  let baseline = NO_BASELINE
  for (let i = 0; i < seconds * 5; i++) {
    const signals = { screen: -2 + 0.1 * normal(), chain: -1.4 + 0.02 * normal(), noise: 0.5 + 0.05 * normal() }
    baseline = learn(note(baseline, i * 200, signals), i * 200, priors)
  }
  return baseline
}

test('a baseline that was written judges as it did before', async () => {
  const before = learned(700)
  const path = baselinePath(dir, 'gate')
  await writeBaseline(path, before, origin)
  const after = (await readBaseline(path, origin))!
  expect(stageOf(after)).toBe('own')
  const frame = { screen: -0.9, chain: -1.1, noise: 1 }
  const [was, is] = [before, after].map((baseline) => deviations(baseline, frame, priors, 800_000))
  expect(is!.chain!.d).toBeCloseTo(was!.chain!.d, 1)
  expect(Math.log10(is!.chain!.above)).toBeCloseTo(Math.log10(was!.chain!.above), 0)
  expect(statSync(path).size).toBeLessThan(60_000)
})

test('it is for this user alone, and a link planted in its place is not followed', async () => {
  const path = baselinePath(dir, 'planted')
  const victim = join(dir, 'victim')
  await writeBaseline(path, learned(5), origin)
  writeFileSync(victim, 'mine')
  rmSync(path)
  symlinkSync(victim, path)
  await writeBaseline(path, learned(5), origin)
  expect(readFileSync(victim, 'utf8')).toBe('mine')
  expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700])
})

test('a camera without one has none', async () => {
  expect(await readBaseline(baselinePath(dir, 'new'), origin)).toBeUndefined()
})

test.each([
  { what: 'of another bundle', over: { bundle: 'b' }, text: 'learned with another bundle' },
  { what: 'of another size', over: { height: 480 }, text: 'learned with another frame size' },
  { what: 'of another camera', over: { source: 'rtsp://10.0.0.2/1' }, text: 'learned with another source' },
])('one $what is refused, by name', async ({ over, text }) => {
  const path = baselinePath(dir, 'gate')
  await expect(readBaseline(path, { ...origin, ...over })).rejects.toMatchObject({
    code: 'FW_BASELINE',
    message: expect.stringContaining(text),
  })
})

test.each([
  { what: 'cut short', text: '{"schema":' },
  { what: 'null', text: 'null' },
  { what: 'numbers that do not belong together', text: undefined },
])('one that is damaged is refused, not thrown through: $what', async ({ text }) => {
  const path = join(dir, 'damaged.json')
  const whole = JSON.parse(readFileSync(baselinePath(dir, 'gate'), 'utf8'))
  whole.regimes.colour.signals.screen.levels.pop()
  writeFileSync(path, text ?? JSON.stringify(whole))
  await expect(readBaseline(path)).rejects.toMatchObject({ code: 'FW_BASELINE' })
})

test('the views that tamper is judged against are kept with it', async () => {
  const cells = {
    columns: 2,
    lines: 1,
    means: Float32Array.of(20.5, 200),
    detail: Float32Array.of(0, 31.4),
    weight: 40,
  }
  const clean = { past: { ...NO_PAST, levels: [0, 0.1, 0.02], deviations: [0, 0.1, 0.02], spacingMs: 400 } }
  const before = { ...learned(5), tamper: { mono: { views: [cells], candidate: cells, signals: { lost: clean } } } }
  const path = baselinePath(dir, 'views')
  await writeBaseline(path, before, origin)
  const { mono } = (await readBaseline(path, origin))!.tamper
  expect(mono!.views).toEqual([{ ...cells, detail: Float32Array.of(0, 31.4) }])
  expect(mono!.signals.lost!.past.levels).toEqual([0, 0.1, 0.02])
  expect(mono!.signals.lost!.clean!.level).toBe(0.02)
  // it has not stood for long enough to be known
  expect(mono!.candidate).toBeUndefined()
})

test('a file of a version that knew no tamper still opens', async () => {
  const path = baselinePath(dir, 'older')
  await writeBaseline(path, learned(700), origin)
  const { tamper: _, ...older } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...older, schema: 'framewarden/baseline/1' }))
  const opened = (await readBaseline(path, origin))!
  expect(stageOf(opened)).toBe('own')
  expect(opened.tamper).toEqual({})
})

test.runIf(process.getuid?.() === 0)('what root writes belongs to whom state_dir belongs to', async () => {
  const state = join(dir, 'daemons')
  mkdirSync(state)
  chownSync(state, 65_534, 65_534)
  const path = baselinePath(state, 'gate')
  await writeBaseline(path, NO_BASELINE, origin)
  await writeBaseline(path, NO_BASELINE, origin)
  for (const made of [path, dirname(path)]) expect(statSync(made)).toMatchObject({ uid: 65_534, gid: 65_534 })
})
