/** `framewarden scan`: clips, pictures or a stream, judged. */
import { DEFAULT_CAMERA, DEFAULT_MODELS } from '../config/defaults.js'
import { FwError } from '../core/errors.js'
import { printScan } from '../scan/print.js'
import { printMerge } from '../scan/print-merge.js'
import { parseShard, type Shard } from '../scan/shard.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'

const { detection, frame } = DEFAULT_CAMERA
const OPTIONS = {
  json: { type: 'boolean', default: false },
  frames: { type: 'boolean', default: false },
  recursive: { type: 'boolean', default: false },
  out: { type: 'string' },
  shard: { type: 'string' },
  baseline: { type: 'string' },
  model: { type: 'string', default: DEFAULT_MODELS.bundle },
  mode: { type: 'string', default: detection.mode },
  rate: { type: 'string' },
  width: { type: 'string', default: String(frame.width) },
} as const
const MERGE_OPTIONS = { json: { type: 'boolean', default: false }, html: { type: 'string' } } as const

export const scanCommand: Command = {
  name: 'scan',
  usage: `scan SOURCE... [--recursive] [--json] [--frames] [--out DIR] [--shard I/N] [--baseline FILE|none] [--model NAME]
                       [--mode MODE] [--rate N] [--width N]
       framewarden scan merge DIR... [--json] [--html FILE]`,
  summary: 'Judge clips, pictures or a stream, and say where they are perturbed',
  help: `
SOURCE is a clip, a picture, a folder of them, or an rtsp:// or rtsps:// address (Ctrl-C ends it and sums up). A camera's
user name and password are taken from FRAMEWARDEN_USERNAME and FRAMEWARDEN_PASSWORD, never from the address.
A picture counts as an incident where its one frame is flagged; a clip where the evidence over time reaches the bound of
${detection.falseAlarmsPerDay} false alarms a day. A clip is judged against its own first seconds, as a camera against its past: what is
there from its first frame on is found by what all cameras show alone, and the summary says which of them decided.

  --recursive    of a folder, the folders inside it, too
  --json         one JSON object a line: incident, error, and a summary for each source
  --frames       a line for each frame, too
  --out DIR      write cleaned pictures and clips, and flagged frames before, after and their difference (one a second)
  --shard I/N    the I-th of N parts of the sources, by their names; count from 0 or from 1. With --out nothing is cleaned: DIR
                 gets a .jsonl for each source, whole or not at all, and pictures of what was found. A run that is started again
                 judges what has no result yet, failed, or has changed since; its exit code speaks of the whole shard
  --baseline F   a camera's baseline (state_dir/baselines/ID.json) decides; none: what all cameras show, nothing is learned
  --model NAME   bundle under models/, or a path to one (${DEFAULT_MODELS.bundle})
  --mode MODE    cascade: a screen on each frame, the full chain on suspicion; full: the chain on each frame; auto (${detection.mode})
  --rate N       frames a second to look at (all)
  --width N      width at which frames are judged, a multiple of 8 (${frame.width})

scan merge puts the results of shards together: each source once, and a sum. --html FILE writes a page with a timeline for each
source; it shows the pictures from where they lie. It fails where a shard is not through or a source could not be judged whole.

Exit: 0 nothing found, 1 a source could not be read, 2 usage, 3 an incident was found. When the reader of its output leaves
(scan ... | head) the scan stops with the code that was due by then.

Example: framewarden scan recordings/ --json --out cleaned/
         seq 0 7 | xargs -P 4 -I% framewarden scan archive/ --recursive --shard %/8 --out results/
         framewarden scan merge results/ --html results/report.html`,
  run,
}

async function run(argv: readonly string[], output = new AbortController().signal): Promise<number> {
  if (argv[0] === 'merge') return runMerge(argv.slice(1))
  const { values, positionals } = parseArguments(argv, OPTIONS)
  if (positionals.length === 0) throw new FwError('FW_USAGE', 'scan: no SOURCE')
  const { model, json, frames, out, baseline, recursive } = values
  const mode = oneOf('--mode', values.mode, ['auto', 'cascade', 'full'])
  const rate = values.rate === undefined ? undefined : numberOf('--rate', values.rate)
  const width = numberOf('--width', values.width)
  if (width % 8 !== 0) throw new FwError('FW_USAGE', `scan: --width ${width} is no multiple of 8`)

  const shard = values.shard === undefined ? undefined : shardOf(values.shard)

  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort())
  const request = { names: positionals, model, mode, rate, width, frames, out, baseline, recursive, shard }
  const signal = AbortSignal.any([stop.signal, output])
  const { failed, interrupted, incidents } = await printScan(request, { json }, signal)
  // A reader that has seen enough leaves nothing undone.
  if (failed || (interrupted && !output.aborted)) return EXIT.failed
  return incidents > 0 ? EXIT.incident : EXIT.done
}

/** What shards wrote, put together. */
async function runMerge(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(argv, MERGE_OPTIONS)
  if (positionals.length === 0) throw new FwError('FW_USAGE', 'scan merge: no DIR')
  const { failed, incidents } = await printMerge(positionals, values)
  if (failed) return EXIT.failed
  return incidents > 0 ? EXIT.incident : EXIT.done
}

function shardOf(text: string): Shard {
  const shard = parseShard(text)
  if (!shard) throw new FwError('FW_USAGE', `scan: --shard '${text}', takes I/N such as 0/8 (to 7/8)`)
  return shard
}

function oneOf<const T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((v) => v === value)
  if (found === undefined) throw new FwError('FW_USAGE', `scan: ${option} '${value}', takes ${allowed.join(', ')}`)
  return found
}

function numberOf(option: string, value: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new FwError('FW_USAGE', `scan: ${option} '${value}' is no positive number`)
  return number
}
