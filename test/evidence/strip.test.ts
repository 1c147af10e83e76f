import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { seededChance } from '../../src/core/chance.js'
import { evidenceDir, writeEvidence } from '../../src/evidence/pictures.js'
import { STRIP_MAX_BYTES, stripJpeg } from '../../src/evidence/strip.js'
import { emptyFolder } from '../fixtures/alerts.js'

const [width, height] = [640, 360]
const flat = (value: number) => new Uint8Array(width * height * 3).fill(value)

async function pixels(jpeg: Buffer) {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  return {
    ...info,
    at: (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)],
  }
}

test('three panes stand beside each other below a title, each with its label, 960 pixels wide', async () => {
  const panes = [40, 120, 200].map((value, i) => ({ label: ['before', 'after', 'difference'][i]!, rgb: flat(value) }))
  const strip = await pixels(await stripJpeg({ title: 'gate  pattern', panes, width, height }))
  expect([strip.width, strip.height]).toEqual([960, 2 * 30 + 178])
  const middle = [158, 480, 800].map((x) => Math.round(strip.at(x, 120)[0]! / 10))
  expect(middle).toEqual([4, 12, 20])
  const lit = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, x) => strip.at(from + x, 14)).filter(([r]) => r! > 180).length
  expect(lit(0, 200)).toBeGreaterThan(10) // the title
  expect(lit(400, 600)).toBe(0)
})

test('the box is drawn where it lies, red, in the panes that have it', async () => {
  const panes = [
    { label: 'before', rgb: flat(60), box: [0.5, 0.5, 0.25, 0.25] as const },
    { label: 'after', rgb: flat(60) },
  ]
  const { at } = await pixels(await stripJpeg({ title: '', panes, width, height }))
  const [paneWidth, paneHeight] = [477, 268]
  const red = (x: number, y: number) => at(x, y)[0]! - at(x, y)[1]! > 60
  const edge = Math.round(0.5 * paneWidth)
  expect(red(edge + 40, 30 + Math.round(0.5 * paneHeight))).toBe(true)
  expect(red(edge + 40, 30 + Math.round(0.6 * paneHeight))).toBe(false)
  expect(red(483 + edge + 40, 30 + Math.round(0.5 * paneHeight))).toBe(false)
})

test('pure noise still fits what a broker is asked to keep', async () => {
  const random = seededChance(7)
  const noise = Uint8Array.from({ length: width * height * 3 }, () => random() * 256)
  const panes = ['before', 'after', 'difference'].map((label) => ({ label, rgb: noise }))
  for (const some of [panes, panes.slice(0, 1)]) {
    const jpeg = await stripJpeg({ title: 'noise', panes: some, width, height })
    expect(jpeg.length).toBeLessThanOrEqual(STRIP_MAX_BYTES)
  }
})

test('it lies beside the other pictures of an alert', async () => {
  const stateDir = await emptyFolder()
  const frame = new Uint8Array((width * height * 3) / 2).fill(128)
  const dir = evidenceDir(stateDir, 'gate', 0)
  const { strip } = await writeEvidence({ dir, name: 'a', title: 'gate', before: frame, width, height })
  expect(strip).toBe('evidence/gate/1970-01-01/a-strip.jpg')
  expect(await sharp(join(stateDir, strip!)).metadata()).toMatchObject({ format: 'jpeg', width: 960, height: 600 })
})
