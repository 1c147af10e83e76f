import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPattern } from '../../src/camera/pattern-file.js'
import { i420Bytes } from '../../src/core/frame.js'
import { perturbation, UNIVERSAL_PATTERN } from '../../src/core/perturbation.js'
import { emptyFolder } from '../fixtures/alerts.js'

const [width, height] = [640, 360]
const luma = width * height

function grey(value: number): Uint8Array {
  return new Uint8Array(i420Bytes(width, height)).fill(value)
}

test.each([2, 4, 8, 16])(
  'the shipped pattern changes luma by %i/255 at most and somewhere so, chroma by nothing',
  async (eps) => {
    const attack = perturbation(await readPattern(UNIVERSAL_PATTERN), eps)
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

test('a pattern that is no picture is FW_SOURCE', async () => {
  const path = join(await emptyFolder(), 'pattern.png')
  await writeFile(path, 'no picture')
  await expect(readPattern(path)).rejects.toMatchObject({ code: 'FW_SOURCE' })
})
