/**
 * `npm run bench`: decoding alone, networks alone, and the whole daemon at 1 to 16 cameras of 640x360 at 15/s.
 * Prints rates, CPU a frame, memory, drops, latency, and the ratio whole / min(decode, inference) of this run.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findFfmpeg } from '../src/camera/ffmpeg.js'
import { DEFAULT_MODELS } from '../src/config/defaults.js'
import { decodeCapacity, inferenceCapacity } from './capacity.js'
import { CLIP, makeClip } from './clip.js'
import { measureWhole, type WholeResult } from './whole.js'

const { values } = parseArgs({
  options: {
    cameras: { type: 'string', default: '1,2,4,8,16' },
    seconds: { type: 'string', default: '20' },
    bundle: { type: 'string', default: DEFAULT_MODELS.bundle },
    guards: { type: 'string', default: 'auto' },
    json: { type: 'boolean', default: false },
  },
})

const dir = await mkdtemp(join(tmpdir(), 'framewarden-bench-'))
try {
  const ffmpeg = await findFfmpeg()
  const clip = join(dir, 'clip.mkv')
  await makeClip(ffmpeg.path, clip)
  const decode = await decodeCapacity(clip, ffmpeg)
  const inference = await inferenceCapacity(clip, ffmpeg, { ...DEFAULT_MODELS, bundle: values.bundle })
  const whole: WholeResult[] = []
  for (const cameras of values.cameras.split(',').map(Number)) {
    process.stderr.write(`${cameras} cameras for ${values.seconds} s …\n`)
    whole.push(
      await measureWhole(cameras, {
        seconds: Number(values.seconds),
        clip,
        ffmpegPath: ffmpeg.path,
        dir,
        bundle: values.bundle,
        guards: values.guards,
      }),
    )
  }
  // At the highest load the whole is held back by the slower half or by what the cameras bring, whichever is less.
  const most = whole.at(-1)!
  const limit = Math.min(decode.framesPerS, inference.framesPerS, most.offeredPerS)
  const ratio = most.judgedPerS / limit
  const hardware = `${availableParallelism()} cores, ${cpus()[0]?.model}`
  if (values.json) {
    console.log(JSON.stringify({ hardware, ffmpeg: ffmpeg.version, clip: CLIP, decode, inference, whole, ratio }))
  } else {
    print(hardware, ffmpeg.version, decode, inference, whole, ratio)
  }
} finally {
  await rm(dir, { recursive: true, force: true })
}

function print(
  hardware: string,
  ffmpeg: string,
  decode: Awaited<ReturnType<typeof decodeCapacity>>,
  inference: Awaited<ReturnType<typeof inferenceCapacity>>,
  whole: readonly WholeResult[],
  ratio: number,
): void {
  const n = (value: number, digits = 1) => value.toFixed(digits).padStart(8)
  const mb = (bytes: number) => (bytes / 1e6).toFixed(0).padStart(8)
  console.log(`hardware   ${hardware}; ffmpeg ${ffmpeg}; clip ${CLIP.width}x${CLIP.height} at ${CLIP.rate}/s`)
  console.log(`decode     ${n(decode.framesPerS, 0)} frames/s alone`)
  console.log(
    `inference  ${n(inference.framesPerS, 0)} frames/s alone, ${inference.cpuMsPerFrame.toFixed(2)} ms CPU a frame`,
  )
  console.log(
    '\n cameras  offered   judged  dropped   p50 ms   p99 ms | CPU ms/frame: control  guard  ffmpeg | MB: control   guard  ffmpeg',
  )
  for (const w of whole) {
    const cpu = w.cpuMsPerFrame
    console.log(
      `${String(w.cameras).padStart(8)} ${n(w.offeredPerS)} ${n(w.judgedPerS)} ${String(w.dropped).padStart(8)} ${n(w.p50Ms)} ${n(w.p99Ms)} |` +
        `           ${n(cpu.control, 2)}${n(cpu.guards, 2)}${n(cpu.ffmpeg, 2)} | ${mb(w.rssBytes.control)}${mb(w.rssBytes.guards)}${mb(w.rssBytes.ffmpeg)}`,
    )
  }
  console.log(
    `\nratio      ${ratio.toFixed(2)} = judged at ${whole.at(-1)!.cameras} cameras / min(decode, inference, offered)`,
  )
}
