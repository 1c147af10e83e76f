/**
 * Records what the networks say of files: `tsx tools/decision/record.ts OUT FILE…` writes OUT/<file>.jsonl for each, and
 * leaves out what is there. About 20 observations a second on one core.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findFfmpeg } from '../../src/camera/ffmpeg.js'
import { decodeSource } from '../../src/camera/file.js'
import { DEFAULT_CAMERA, DEFAULT_MODELS } from '../../src/config/defaults.js'
import { isDue } from '../../src/core/decide.js'
import { judgedFrame } from '../../src/core/watch.js'
import { type Engine, startEngine } from '../../src/inference/engine.js'
import type { Recorded } from './recording.js'

const [out, ...files] = process.argv.slice(2)
if (!out || files.length === 0) throw new Error('tsx tools/decision/record.ts OUT FILE…')
mkdirSync(out, { recursive: true })
const ffmpeg = await findFfmpeg()
const engine = await startEngine({ ...DEFAULT_MODELS, bundle: process.env.FRAMEWARDEN_BUNDLE ?? DEFAULT_MODELS.bundle })
for (const [i, file] of files.entries()) {
  const path = join(out, `${basename(file)}.jsonl`)
  if (existsSync(path)) continue
  const lines = await record(file, engine)
  writeFileSync(`${path}.new`, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
  renameSync(`${path}.new`, path)
  console.log(`${i + 1}/${files.length} ${basename(file)}: ${lines.length} observations`)
}
await engine.close()

async function record(file: string, { judge }: Engine): Promise<Recorded[]> {
  const lines: Recorded[] = []
  const { signal } = new AbortController()
  const { width, rate } = DEFAULT_CAMERA.frame
  for await (const frame of decodeSource(file, { width, rate, ffmpeg, signal })) {
    const last = lines.at(-1)
    if (last && !isDue(frame.capturedAtMs - last.atMs, rate)) continue
    const options = { mode: 'cascade', always: true, purify: false, maxPasses: 1 } as const
    const { verdict, pixels } = await judge(frame, options)
    const { screenLogit, chainLogit, level, p } = verdict.score
    const { atMs, damaged, histogram, light, noise } = judgedFrame({ ...frame, pixels }, verdict)
    lines.push({ atMs, damaged, screen: screenLogit!, chain: chainLogit!, level, p, noise, light, histogram })
  }
  return lines
}
