import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { i420Bytes } from '../../src/core/frame.js'
import { perturbation, readPerturbation, UNIVERSAL_PATTERN } from '../../src/demo/perturbation.js'
import { emptyFolder } from '../fixtures/alerts.js'

const [width, height] = [640, 360]
const luma = width * height

function grey(value: number): Uint8Array {
  return new Uint8Array(i420Bytes(width, height)).fill(value)
}

test.each([2, 4, 8, 16])(
  'the shipped pattern changes luma by %i/255 at most and somewhere so, chroma by nothing',
  async (eps) => {
    const attack = await readPerturbation(UNIVERSAL_PATTERN, eps)
    expect(attack).toMatchObject({ width, height })
    const before = grey(128)
    const after = before.slice()
    attack.addTo(after)
    const change = Array.from(after, (v, i) => v - before[i]!)
    expect(change.some((d) => Math.abs(d) === eps)).toBe(true)
    expect(change.every((d) => Math.abs(d) <= eps)).toBe(true)
    expect(change.slice(luma).every((d) => d === 0)).toBe(true)
    // no plain lightening: as much up as down, within a tenth
    const up = change.slice(0, luma).filter((d) => d > 0).length / luma
    expect(up).toBeGreaterThan(0.4)
    expect(up).toBeLessThan(0.6)
  },
)

test('values scale to the L-inf as the makers of the pattern say: 128 nothing, 1 and 255 all', () => {
  const pixels = new Uint8Array([100, 100, 100, 100, 7, 7])
  perturbation(Uint8Array.of(128, 1, 255, 191), 2, 2, 8).addTo(pixels)
  expect([...pixels]).toEqual([100, 92, 108, 103, 7, 7])
})

test('no sample is pushed out of the limited range, and one outside it is not pulled in', () => {
  const pixels = new Uint8Array([18, 232, 250, 3, 128, 128])
  perturbation(Uint8Array.of(1, 255, 255, 1), 2, 2, 8).addTo(pixels)
  expect([...pixels]).toEqual([16, 235, 250, 3, 128, 128])
})

test('a pattern that is no picture is FW_SOURCE', async () => {
  const path = join(await emptyFolder(), 'pattern.png')
  await writeFile(path, 'no picture')
  await expect(readPerturbation(path, 8)).rejects.toMatchObject({ code: 'FW_SOURCE' })
})
