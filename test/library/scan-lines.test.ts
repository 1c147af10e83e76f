import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBundle, type ScanLine, scan } from '../../src/library/framewarden.js'
import { amplitudes, drawTinyClip } from '../fixtures/tiny-clip.js'
import { grey, TINY } from '../inference/pictures.js'

let dir: string
const clips: string[] = []
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fw-library-'))
  for (const name of ['a', 'b', 'c']) {
    clips.push(join(dir, `${name}.mp4`))
    await drawTinyClip(clips.at(-1)!, [...amplitudes(2, 0, 10), ...amplitudes(3, 24, 10)], { rate: 10 })
  }
})
afterAll(() => rmSync(dir, { recursive: true }))

const OPTIONS = { model: TINY, width: 64 }

/** Decoders of this process. */
function decoders(): string[] {
  const listed = execFileSync('ps', ['--ppid', String(process.pid), '-o', 'args='], { encoding: 'utf8' })
  return listed.split('\n').filter((line) => line.includes(dir))
}

test('scan gives the lines of `scan --json`, typed, for several sources', async () => {
  const lines: ScanLine[] = []
  for await (const line of scan([clips[0]!, join(dir, 'nowhere.mp4')], OPTIONS)) lines.push(line)
  expect(lines.map(({ type }) => type)).toEqual(['incident', 'summary', 'error'])
  expect(lines[1]).toMatchObject({ type: 'summary', source: clips[0], frames: 50, incidents: 1 })
})

test('who leaves the loop ends the scan: no decoder is left behind, not of the source that would have been next', async () => {
  let frames = 0
  for await (const line of scan(clips, { ...OPTIONS, frames: true })) {
    expect(line.type).toBe('frame')
    if (++frames === 5) break
  }
  expect(frames).toBe(5)
  expect(decoders()).toEqual([])
})

test('a signal ends it, too', async () => {
  const stop = new AbortController()
  const seen = new Set<string>()
  for await (const line of scan(clips, { ...OPTIONS, frames: true, signal: stop.signal })) {
    seen.add(line.source)
    stop.abort()
  }
  expect([...seen]).toEqual([clips[0]])
  expect(decoders()).toEqual([])
})

test('openBundle judges and purifies frames, and leaves the caller its pixels', async () => {
  const bundle = await openBundle(TINY)
  try {
    expect(bundle).toMatchObject({ model: { name: 'tiny', version: '1.0.0' }, provider: 'cpu' })
    const [clean, bad] = [grey(0), grey(32)]
    expect((await bundle.judge(clean.pixels, 64, 64)).kind).toBe('clean')
    const verdict = await bundle.judge(bad.pixels, 64, 64)
    expect(verdict.kind).toBe('perturbed')
    expect(verdict.score.logit).toBeGreaterThan(0)
    expect(await bundle.purify(clean.pixels, 64, 64)).toEqual(clean.pixels)
    expect(await bundle.purify(bad.pixels, 64, 64)).not.toEqual(bad.pixels)
    expect(bad.pixels).toEqual(grey(32).pixels)
    await expect(bundle.judge(clean.pixels, 63, 64)).rejects.toMatchObject({ code: 'FW_MODEL_SHAPE' })
  } finally {
    await bundle.close()
  }
})
