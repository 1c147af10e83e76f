// node judge.mjs CLIP: what the networks say of a frame, and which incidents there are in the whole clip.
import { execFileSync } from 'node:child_process'
import { openBundle, scan } from 'framewarden'

const clip = process.argv[2]
const [width, height] = [640, 360]
const decode = [
  '-v',
  'error',
  '-i',
  clip,
  '-frames:v',
  '1',
  '-vf',
  `scale=${width}:${height}`,
  '-pix_fmt',
  'yuv420p',
  '-f',
  'rawvideo',
  '-',
]
const i420 = execFileSync('ffmpeg', decode, { maxBuffer: width * height * 2 })

const bundle = await openBundle('camera')
const verdict = await bundle.judge(i420, width, height)
const cleaned = await bundle.purify(i420, width, height)
console.log(`first frame: ${verdict.kind}, log-odds ${verdict.score.logit.toFixed(2)}, ${cleaned.length} bytes cleaned`)
await bundle.close()

for await (const line of scan(clip)) {
  if (line.type === 'incident') console.log(`${line.phase} at ${line.t} s: ${line.kind}`)
  if (line.type === 'summary') console.log(`${line.frames} frames, ${line.incidents} incidents`)
}
