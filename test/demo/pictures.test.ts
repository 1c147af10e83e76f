import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { NO_PICTURES } from '../../src/core/alert.js'
import { caption } from '../../src/demo/caption.js'
import { openOutFolder } from '../../src/demo/out-folder.js'
import { collectPictures } from '../../src/demo/pictures.js'
import { emptyFolder } from '../fixtures/alerts.js'

async function paint(path: string, background: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await sharp({ create: { width: 160, height: 96, channels: 3, background } })
    .jpeg()
    .toFile(path)
}

test('the three pictures of an alert are joined in order, each below a caption', async () => {
  const out = await openOutFolder(await emptyFolder())
  const evidence = {
    frame_sha256: null,
    before: 'evidence/a.jpg',
    after: 'evidence/b.jpg',
    difference: 'evidence/c.jpg',
    strip: null,
  }
  await paint(join(out.stateDir, evidence.before), '#ff0000')
  await paint(join(out.stateDir, evidence.after), '#00ff00')
  await paint(join(out.stateDir, evidence.difference), '#0000ff')
  const written = await collectPictures(evidence, out)
  expect(written).toEqual([out.before, out.after, out.difference, out.joined])

  const { data, info } = await sharp(out.joined).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 3 * 160 + 2 * 8, height: 96 + 44 })
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)]
  const colours = [80, 80 + 168, 80 + 336].map((x) => at(x, 100).map((v) => (v > 128 ? 1 : 0)))
  expect(colours).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ])
  // each strip has bright strokes on dark ground, with no font of the machine
  for (const left of [0, 168, 336]) {
    const strip = await sharp(out.joined).extract({ left, top: 0, width: 160, height: 44 }).greyscale().raw().toBuffer()
    const bright = strip.filter((v) => v > 180).length
    expect(bright).toBeGreaterThan(150)
    expect(bright).toBeLessThan(strip.length / 4)
  }
})

test('an alert whose frame was not purified brings the picture that there is', async () => {
  const out = await openOutFolder(await emptyFolder())
  await paint(join(out.stateDir, 'a.jpg'), '#ff0000')
  const evidence = { ...NO_PICTURES, before: 'a.jpg' }
  expect(await collectPictures(evidence, out)).toEqual([out.before])
})

test('a letter that has no strokes is no silent gap', () => {
  expect(() => caption('Q', 0, 0, 10)).toThrow(RangeError)
})
