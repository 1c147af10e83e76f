/**
 * `npm run bench`: what this machine holds. In parts, all or those of `--parts`:
 * alone    decoding without networks, the screen without decoding, and the decision without both: with tamper and without
 * runtimes the networks on each runtime that is here: Node, and Python (FRAMEWARDEN_PYTHON) where it has onnxruntime
 * whole    the daemon at 1 to 16 quiet cameras (`--cameras`): rates, CPU a frame, memory
 * scenes   the daemon at 16 cameras that are quiet, noisy, or four of them attacked, and at 4 whose scene stays suspicious
 *          (`--scene` picks those whose name holds it)
 * python   cameras held beside a loop in Python on the same graphs, quiet and noisy; left out where there is none (FRAMEWARDEN_PYTHON)
 * Cameras push H.264 of 640x360 at 15/s by RTSP from the same machine. `--json` prints one object.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findFfmpeg } from '../src/camera/ffmpeg.js'
import { DEFAULT_MODELS } from '../src/config/defaults.js'
import { findBundle } from '../src/inference/bundle.js'
import { decodeCapacity, inferenceCapacity } from './capacity.js'
import { CLIP, makeClips, type Played } from './clips.js'
import { decisionCost } from './decision-cost.js'
import { camerasHeld } from './held.js'
import { aloneLines, heldLines, runtimeLines, sceneLines, wholeLines } from './lines.js'
import { findPython, measurePython } from './python-loop.js'
import { measureRuntimes } from './runtimes.js'
import { scenesOf } from './scenes.js'
import { measureWhole, total, type WholeOptions } from './whole.js'

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'alone,runtimes,whole,scenes,python' },
    cameras: { type: 'string', default: '1,2,4,8,16' },
    seconds: { type: 'string', default: '20' },
    'scene-seconds': { type: 'string', default: '60' },
    scene: { type: 'string', default: '' },
    bundle: { type: 'string', default: DEFAULT_MODELS.bundle },
    guards: { type: 'string', default: 'auto' },
    json: { type: 'boolean', default: false },
  },
})

const parts = values.parts.split(',')
const results: Record<string, unknown> = {}
const dir = await mkdtemp(join(tmpdir(), 'framewarden-bench-'))
try {
  const ffmpeg = await findFfmpeg()
  const clips = await makeClips(ffmpeg, dir)
  const options: WholeOptions = {
    seconds: Number(values.seconds),
    ffmpegPath: ffmpeg.path,
    dir,
    bundle: values.bundle,
    guards: values.guards,
  }
  const hardware = `${availableParallelism()} cores, ${cpus()[0]?.model}`
  report('machine', { hardware, ffmpeg: ffmpeg.version, clip: CLIP }, [
    `${hardware}; ffmpeg ${ffmpeg.version}; clips ${CLIP.width}x${CLIP.height} at ${CLIP.rate}/s`,
  ])

  if (parts.includes('alone')) {
    const decode = await decodeCapacity(clips.quietPath, ffmpeg)
    const inference = await inferenceCapacity(clips.quietPath, ffmpeg, { ...DEFAULT_MODELS, bundle: values.bundle })
    const decision = await decisionCost(clips.quietPath, ffmpeg)
    report('alone', { decode, inference, decision }, aloneLines(decode, inference, decision))
  }

  if (parts.includes('runtimes')) {
    const models = { ...DEFAULT_MODELS, bundle: values.bundle }
    const rows = await measureRuntimes(models, process.env.FRAMEWARDEN_PYTHON ?? DEFAULT_MODELS.python)
    report('runtimes', rows, runtimeLines(rows))
  }

  if (parts.includes('whole')) {
    const rows = []
    for (const count of values.cameras.split(',').map(Number)) {
      progress(`${count} cameras for ${values.seconds} s`)
      rows.push(await measureWhole([{ name: 'quiet', count, clip: clips.quiet }], options))
    }
    report('whole', rows, wholeLines(rows))
  }

  if (parts.includes('scenes')) {
    const rows = []
    for (const { name, groups } of scenesOf(clips).filter((scene) => scene.name.includes(values.scene))) {
      progress(`${name} for ${values['scene-seconds']} s`)
      const result = await measureWhole(groups, { ...options, seconds: Number(values['scene-seconds']) })
      rows.push({ name, ...result })
    }
    report('scenes', rows, sceneLines(rows))
  }

  if (parts.includes('python')) {
    const python = await findPython()
    if (!python) report('python', null, ['\nno Python with OpenCV and onnxruntime here: nothing to compare with'])
    else {
      const bundleDir = findBundle(values.bundle)
      const beside = async (clip: Played) => ({
        framewarden: await camerasHeld(CLIP.rate, async (count) => {
          progress(`framewarden with ${count} cameras`)
          const { groups } = await measureWhole([{ name: 'all', count, clip }], options)
          return total(groups.map(({ judgedPerS }) => judgedPerS))
        }),
        loop: await camerasHeld(CLIP.rate, (count) => {
          progress(`Python loop with ${count} cameras`)
          return measurePython(python, count, clip, { ...options, bundleDir })
        }),
      })
      const held = { quiet: await beside(clips.quiet), noisy: await beside(clips.noisy) }
      report('python', { versions: python.versions, ...held }, heldLines(python.versions, held))
    }
  }
  if (values.json) console.log(JSON.stringify(results))
} finally {
  await rm(dir, { recursive: true, force: true })
}

function report(part: string, result: unknown, lines: readonly string[]): void {
  results[part] = result
  if (!values.json) console.log(lines.join('\n'))
}

function progress(text: string): void {
  process.stderr.write(`${text} …\n`)
}
