/**
 * Records what the networks say of files: `tsx tools/decision/record.ts [--sampled] OUT FILE…` writes OUT/<file>.jsonl for each,
 * and leaves out what is there. About 20 observations a second on one core; with `--sampled` 50 of quiet ones: the chain is
 * asked where a guard would ask it, and from half of the screen's deviation on that would make it ask.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findFfmpeg } from '../../src/camera/ffmpeg.js'
import { decodeSource } from '../../src/camera/file.js'
import { DEFAULT_CAMERA, DEFAULT_MODELS } from '../../src/config/defaults.js'
import { isDue } from '../../src/core/decide.js'
import { type JudgedFrame, judgedFrame, nextLook, startWatch, watch, watchSettings } from '../../src/core/watch.js'
import { type Engine, startEngine } from '../../src/inference/engine.js'
import type { Sampled } from './recording.js'

const args = process.argv.slice(2)
const sampled = args[0] === '--sampled'
const [out, ...files] = sampled ? args.slice(1) : args
if (!out || files.length === 0) throw new Error('tsx tools/decision/record.ts [--sampled] OUT FILE…')
/** Log-odds of the screen: the decision can be made again by rules that ask the chain somewhat sooner. */
const EARLIER = 0.3
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

async function record(file: string, { judge, thresholds, priors }: Engine): Promise<Sampled[]> {
  const lines: Sampled[] = []
  const settings = watchSettings(DEFAULT_CAMERA, { thresholds, priors })
  let state = startWatch()
  const { signal } = new AbortController()
  const { width, rate } = DEFAULT_CAMERA.frame
  for await (const frame of decodeSource(file, { width, rate, ffmpeg, signal })) {
    const last = lines.at(-1)
    if (last && !isDue(frame.capturedAtMs - last.atMs, rate)) continue
    const look = nextLook(state, settings, frame.capturedAtMs)
    const asked = sampled ? { always: look.always, suspicious: look.suspicious - EARLIER } : { always: true }
    const { verdict } = await judge(frame, { mode: 'cascade', purify: false, maxPasses: 1, ...asked })
    const judged = judgedFrame(frame, verdict)
    state = watch(state, judged, settings, () => file)[0]
    lines.push(lineOf(judged))
  }
  return lines
}

function lineOf({ atMs, damaged, histogram, light, noise, verdict }: JudgedFrame): Sampled {
  const { screenLogit, chainLogit, level, p } = verdict.score
  return { atMs, damaged, screen: screenLogit!, chain: chainLogit, level, p, noise, light, histogram }
}
