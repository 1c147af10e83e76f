import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUNDLES, TINY } from '../inference/pictures.js'

const PROGRAM = fileURLToPath(new URL('../../bin/framewarden.js', import.meta.url))
const CLASSES = `${BUNDLES}/tiny-classes`
const SIDE = 32

let dir: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fw-evaluate-'))
  mkdirSync(join(dir, 'sub'))
  const rows = ['file,label,group']
  for (const [i, label] of ['red', 'green', 'blue'].entries()) {
    for (const [group, amplitude] of Object.entries({ clean: 0, noise: 30 })) {
      const file = `sub/${label}-${group}.png`
      await picture(file, i, amplitude)
      rows.push(`${file},${group === 'clean' ? label : i},${group}`)
    }
  }
  writeFileSync(join(dir, 'labels.csv'), rows.join('\n'))
})
afterAll(() => rmSync(dir, { recursive: true }))

/** One channel at 200, the others at 60, random signs of `amplitude` on all. */
async function picture(file: string, channel: number, amplitude: number): Promise<void> {
  let state = channel + 1
  const pixels = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (i % 3 === channel ? 200 : 60) + (state >>> 31 ? amplitude : -amplitude)
  })
  await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toFile(join(dir, file))
}

function evaluate(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'evaluate', ...args], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

describe('evaluate', () => {
  it('tells what a target sees without defence, behind the gate and on purified pictures', () => {
    const { code, out, err } = evaluate('--model', CLASSES, dir, '--json')
    expect(err).toBe('')
    expect(JSON.parse(out)).toEqual({
      model: { name: 'tiny-classes', version: '1.0.0', sha256: expect.any(String) },
      task: 'classification',
      provider: 'cpu',
      groups: [
        { group: 'clean', n: 3, undefended: 1, gated: 1, purified: 1, accuracy: null, flagged: 0 },
        // The noise makes red of everything; red is right once in three.
        { group: 'noise', n: 3, undefended: 0.3333, gated: 1, purified: 1, accuracy: null, flagged: 1 },
      ],
      all: { n: 6, undefended: 0.6667, gated: 1, purified: 1, accuracy: null, flagged: 0.5 },
    })
    expect(code).toBe(0)
  })

  it('tells how right the verdicts of a camera bundle are', () => {
    const rows = ['clean', 'noise'].map(
      (group) => `sub/green-${group}.png,${group === 'clean' ? 'clean' : 'perturbed'},${group}`,
    )
    const labels = join(dir, 'camera')
    mkdirSync(labels)
    writeFileSync(join(labels, 'labels.csv'), ['file,label,group', ...rows.map((row) => `../${row}`)].join('\n'))
    const { out } = evaluate('--model', TINY, labels, '--json')
    const none = { undefended: null, gated: null, purified: null }
    expect(JSON.parse(out)).toMatchObject({
      groups: [
        { group: 'clean', n: 1, ...none, accuracy: 1, flagged: 0 },
        { group: 'noise', n: 1, ...none, accuracy: 1, flagged: 1 },
      ],
      all: { n: 2, ...none, accuracy: 1, flagged: 0.5 },
    })
  })

  it('prints a table for a person', () => {
    const { out } = evaluate('--model', CLASSES, dir)
    expect(out).toMatch(
      /^group +n +undefended +gated +purified +accuracy +flagged\nclean +3 +1\.0000 .*\nnoise +3 .*\nall +6 /,
    )
    expect(out).toMatch(/\nmodel tiny-classes 1\.0\.0 on cpu\n$/)
  })

  it.each([
    { what: 'no model', args: () => [dir], code: 2, says: 'FW_USAGE: evaluate: no --model' },
    { what: 'no folder', args: () => ['--model', CLASSES], code: 2, says: 'FW_USAGE: evaluate: takes one DIR' },
    { what: 'a folder without labels', args: () => ['--model', CLASSES, `${dir}/sub`], code: 1, says: 'FW_SOURCE' },
    { what: 'labels of another task', args: () => ['--model', TINY, dir], code: 1, says: "labels.csv:2: label 'red'" },
    { what: 'a bundle that is not there', args: () => ['--model', 'nobody', dir], code: 1, says: 'FW_MODEL_MISSING' },
  ])('says what is wrong: $what', ({ args, code, says }) => {
    const run = evaluate(...args())
    expect(run.err).toContain(says)
    expect(run.code).toBe(code)
  })

  it('gives no figures where one picture cannot be read', () => {
    const broken = join(dir, 'broken')
    mkdirSync(broken)
    writeFileSync(join(broken, 'x.png'), 'no picture')
    writeFileSync(join(broken, 'labels.csv'), 'file,label\nx.png,red\n')
    const { code, out, err } = evaluate('--model', CLASSES, broken, '--json')
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain('FW_SOURCE: ')
  })
})
