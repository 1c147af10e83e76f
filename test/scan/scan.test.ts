import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeBaseline } from '../../src/baselines/baseline-file.js'
import { NO_BASELINE } from '../../src/core/baseline/baseline.js'
import { amplitudes, drawTinyClip } from '../fixtures/tiny-clip.js'
import { BUNDLES, grey, TINY } from '../inference/pictures.js'

const PROGRAM = fileURLToPath(new URL('../../bin/framewarden.js', import.meta.url))
const RATE = 10

let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fw-scan-'))
  await drawTinyClip(join(dir, 'clean.mp4'), amplitudes(3, 0, RATE), { rate: RATE })
  await drawTinyClip(join(dir, 'attacked.mp4'), [...amplitudes(2, 0, RATE), ...amplitudes(5, 24, RATE)], { rate: RATE })
  mkdirSync(join(dir, 'stills'))
  await picture('stills/a-clean.png', 0)
  await picture('stills/b-perturbed.png', 32)
  writeFileSync(join(dir, 'stills/notes.txt'), 'not a picture')
  writeFileSync(join(dir, 'junk.mp4'), 'no clip at all')
  mkdirSync(join(dir, 'empty'))
})
afterAll(() => rmSync(dir, { recursive: true }))

async function picture(name: string, amplitude: number): Promise<void> {
  const luma = grey(amplitude).pixels.subarray(0, 64 * 64)
  await sharp(luma, { raw: { width: 64, height: 64, channels: 1 } })
    .png()
    .toFile(join(dir, name))
}

interface Run {
  readonly code: number | null
  readonly out: string
  readonly err: string
  // biome-ignore lint/suspicious/noExplicitAny: lines of a contract under test
  readonly lines: any[]
}

function scan(...args: string[]): Promise<Run> {
  // What is given twice counts as given last.
  const argv = [PROGRAM, 'scan', '--model', TINY, '--width', '64', ...args]
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { cwd: dir })
    let [out, err] = ['', '']
    child.stdout.on('data', (d) => (out += d))
    child.stderr.on('data', (d) => (err += d))
    child.on('close', (code) => {
      const lines = args.includes('--json')
        ? out
            .split('\n')
            .filter(Boolean)
            .map((l) => JSON.parse(l))
        : []
      resolve({ code, out, err, lines })
    })
  })
}

describe('scan', () => {
  it('sums a clean clip up in one line and exits 0', async () => {
    const { code, lines, err } = await scan('clean.mp4', '--json')
    expect(lines).toEqual([
      {
        type: 'summary',
        baseline: 'own',
        source: 'clean.mp4',
        frames: 30,
        duration_s: 3,
        flagged: 0,
        incidents: 0,
        unscored: 0,
        score: { p50: expect.any(Number), p99: expect.any(Number), max: expect.any(Number) },
        frames_per_s: expect.any(Number),
        provider: 'cpu',
        model: { name: 'tiny', version: '1.0.0', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ])
    expect(err).toBe('')
    expect(code).toBe(0)
  })

  it('tells an incident with its time and exits 3', async () => {
    const { code, lines } = await scan('attacked.mp4', '--json')
    const [incident, summary] = lines
    expect(incident).toMatchObject({ type: 'incident', source: 'attacked.mp4', phase: 'raised', box: null })
    expect(incident.since).toBeGreaterThanOrEqual(2)
    expect(incident.t).toBeGreaterThanOrEqual(incident.since)
    expect(incident.t).toBeLessThan(6)
    expect(incident.level).toBeGreaterThan(0.02)
    expect(summary).toMatchObject({ type: 'summary', incidents: 1, flagged: 50, frames: 70 })
    expect(code).toBe(3)
  })

  it('tells each frame where asked, with time and score', async () => {
    const { lines } = await scan('attacked.mp4', '--json', '--frames')
    const frames = lines.filter((line) => line.type === 'frame')
    expect(frames.map((line) => line.frame)).toEqual(Array.from({ length: 70 }, (_, i) => i))
    expect(frames[15]).toMatchObject({ t: 1.5, flagged: false })
    expect(frames[60]).toMatchObject({ t: 6, flagged: true })
  })

  it('looks at fewer frames where a rate is given', async () => {
    const { lines } = await scan('clean.mp4', '--json', '--rate', '5')
    expect(lines[0].frames).toBeLessThanOrEqual(16)
    expect(lines[0].frames).toBeGreaterThanOrEqual(14)
  })

  it('goes on past sources that cannot be read and exits 1 after them', async () => {
    const { code, lines } = await scan('nowhere.mp4', 'junk.mp4', 'empty', 'clean.mp4', '--json')
    expect(lines.map((line) => [line.type, line.source, line.code])).toEqual([
      ['error', 'nowhere.mp4', 'FW_SOURCE'],
      ['error', 'junk.mp4', 'FW_CAMERA_DATA'],
      ['error', 'empty', 'FW_SOURCE'],
      ['summary', 'clean.mp4', undefined],
    ])
    expect(code).toBe(1)
  })

  it('sums up the frames of a clip that is cut short, beside its error', async () => {
    const whole = readFileSync(join(dir, 'attacked.mp4'))
    writeFileSync(join(dir, 'cut.mp4'), whole.subarray(0, whole.length * 0.7))
    const { code, lines } = await scan('cut.mp4', '--json')
    const [error, summary] = lines.filter((line) => line.type !== 'incident')
    expect(error).toMatchObject({ type: 'error', source: 'cut.mp4', code: 'FW_CAMERA_DATA' })
    expect(summary).toMatchObject({ type: 'summary', source: 'cut.mp4' })
    expect(summary.frames).toBeGreaterThan(20)
    expect(summary.frames).toBeLessThan(70)
    expect(code).toBe(1)
  })

  it('counts frames that the networks could not judge as unscored, never as clean, and exits 1', async () => {
    const { code, lines } = await scan('clean.mp4', '--json', '--model', `${BUNDLES}/tiny-fails`, '--width', '128')
    expect(lines).toEqual([
      expect.objectContaining({ type: 'error', source: 'clean.mp4', code: 'FW_INFERENCE_FAILED' }),
      expect.objectContaining({ type: 'summary', frames: 30, unscored: 30, flagged: 0, score: null }),
    ])
    expect(code).toBe(1)
  })

  it('takes a folder of pictures one by one; a flagged picture is an incident', async () => {
    const { code, lines } = await scan('stills', '--json')
    expect(lines.map((line) => [line.type, line.source, line.incidents])).toEqual([
      ['summary', 'stills/a-clean.png', 0],
      ['incident', 'stills/b-perturbed.png', undefined],
      ['summary', 'stills/b-perturbed.png', 1],
    ])
    expect(code).toBe(3)
  })

  it('says what a clip was judged by: its own start, all cameras, or a baseline that is given', async () => {
    const path = join(dir, 'gate.json')
    const { model, baseline } = (await scan('clean.mp4', '--json', '--baseline', 'none')).lines.at(-1)!
    expect(baseline).toBe('bundle')
    const origin = { bundle: model.sha256, width: 64, height: 64, source: 'rtsp://gate' }
    await writeBaseline(path, NO_BASELINE, origin)
    const { lines } = await scan('clean.mp4', '--json', '--baseline', path)
    expect(lines.at(-1)!.baseline).toBe('file')
    await writeBaseline(path, NO_BASELINE, { ...origin, bundle: 'another' })
    const { code, err } = await scan('clean.mp4', '--baseline', path)
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^FW_BASELINE: .*gate\.json: learned with another bundle\. /),
    ])
  })

  it('writes cleaned clips and pictures, and what was done to flagged frames', async () => {
    const out = join(dir, 'cleaned')
    await scan('attacked.mp4', 'stills', '--out', out)
    const files = readdirSync(out)
    expect(files).toEqual(
      expect.arrayContaining(['attacked.cleaned.mp4', 'a-clean.cleaned.png', 'b-perturbed-before.jpg']),
    )
    expect(files.filter((name) => name.startsWith('a-clean'))).toEqual(['a-clean.cleaned.png'])
    // 5 s under attack, shown once a second
    expect(files.filter((name) => /^attacked\.\d{6}-(before|after|difference)\.jpg$/.test(name))).toHaveLength(15)
    const { lines } = await scan(join(out, 'attacked.cleaned.mp4'), join(out, 'b-perturbed.cleaned.png'), '--json')
    expect(lines.map((line) => [line.type, line.frames, line.incidents])).toEqual([
      ['summary', 70, 0],
      ['summary', 1, 0],
    ])
    // of 50 attacked frames; the first two got a single pass, as there was no evidence yet
    expect(lines[0].flagged).toBeLessThanOrEqual(2)
  })

  it('leaves the pixels of clean pictures alone', async () => {
    const out = join(dir, 'untouched')
    await scan('stills/a-clean.png', '--out', out)
    const [before, after] = await Promise.all(
      ['stills/a-clean.png', 'untouched/a-clean.cleaned.png'].map((name) =>
        sharp(join(dir, name)).greyscale().raw().toBuffer(),
      ),
    )
    // Grey 128 through limited range and back.
    expect(after!.every((v, i) => Math.abs(v - before![i]!) <= 1)).toBe(true)
  })

  it('speaks to a person: findings as they come, a table at the end, errors on stderr', async () => {
    const { out, err, code } = await scan('attacked.mp4', 'nowhere.mp4')
    expect(out).toMatch(
      /^attacked\.mp4: incident raised at \d\.\d\d s \(since \d\.\d\d s\): \w+, level \d+\.\d\/255, score \d+\.\d\n/,
    )
    expect(out).toMatch(/\nsource +frames .*\nattacked\.mp4 +70 /)
    expect(out).toMatch(/\n1 incident in 1 source; model tiny 1\.0\.0 on cpu; scores in log-odds\n$/)
    expect(err).toBe('FW_SOURCE: nowhere.mp4: ENOENT. Name a readable file, folder or stream.\n')
    expect(code).toBe(1)
  })

  it.each([
    { args: [], text: 'no SOURCE' },
    { args: ['clean.mp4', '--mode', 'fast'], text: "--mode 'fast', takes auto, cascade, full" },
    { args: ['clean.mp4', '--width', '630'], text: '--width 630 is no multiple of 8' },
    { args: ['clean.mp4', '--rate', 'all'], text: "--rate 'all' is no positive number" },
    { args: ['clean.mp4', '--jsn'], text: 'unknown option --jsn, did you mean --json?' },
  ])('refuses $args', async ({ args, text }) => {
    const { code, err } = await scan(...args)
    expect(err).toContain(`FW_USAGE: `)
    expect(err).toContain(text)
    expect(code).toBe(2)
  })

  it('says which model is missing', async () => {
    const { code, err } = await scan('clean.mp4', '--model', './nothing')
    expect(err).toMatch(/^FW_MODEL_MISSING: .*\/nothing\/manifest\.json: ENOENT\./)
    expect(code).toBe(1)
  })
})
