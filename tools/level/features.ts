/**
 * What the shipped estimate of `level` looks at, for frames of `python -m camera.make_level`:
 * `tsx tools/level/features.ts DIR…` writes DIR/features.jsonl, a line for each of labels.csv. About 20 frames a second on one core.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_MODELS } from '../../src/config/defaults.js'
import { levelFeatures } from '../../src/core/level.js'
import { findBundle, readBundle } from '../../src/inference/bundle.js'
import { openCameraNets } from '../../src/inference/camera-nets.js'

const dirs = process.argv.slice(2)
if (dirs.length === 0) throw new Error('tsx tools/level/features.ts DIR…')
const bundle = await readBundle(findBundle(process.env.FRAMEWARDEN_BUNDLE ?? DEFAULT_MODELS.bundle), {
  requireSignature: false,
})
const nets = await openCameraNets(bundle, DEFAULT_MODELS, { cores: 1, prove: false })
for (const dir of dirs) {
  const [titles, ...lines] = readFileSync(join(dir, 'labels.csv'), 'utf8').trim().split(/\r?\n/)
  const columns = titles!.split(',')
  const described: string[] = []
  for (const line of lines) {
    const row = Object.fromEntries(line.split(',').map((cell, i) => [columns[i]!, cell]))
    const [width, height] = [Number(row.width), Number(row.height)]
    const before = new Uint8Array(readFileSync(join(dir, row.file!)))
    const picture = { pixels: before, width, height }
    const { purified: after, score: chain, level: head } = await nets.chain(picture)
    const { score: screen } = await nets.screen(picture)
    const features = levelFeatures({ ...picture, before, after, chain, screen, head })
    const { source, family } = row
    described.push(
      JSON.stringify({ source, family, level255: Number(row.level255), crf: Number(row.crf), head, features }),
    )
  }
  writeFileSync(join(dir, 'features.jsonl'), `${described.join('\n')}\n`)
  console.log(`${dir}: ${described.length} frames`)
}
await nets.release()
