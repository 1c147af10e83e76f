/** `framewarden scan`: judges recorded clips, pictures or a stream, as fast as the machine can. */
import { availableParallelism } from 'node:os'
import { findFfmpeg } from '../camera/ffmpeg.js'
import { decodeSource } from '../camera/file.js'
import { diagnosticLine } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { ModelSettings } from '../core/settings.js'
import { startEngine } from '../inference/engine.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import { EXIT } from './exit.js'
import { started } from './scan-judging.js'
import { scanOutput } from './scan-output.js'
import { clipSeconds, NO_PROGRESS, type ScanProgress, terminalProgress } from './scan-progress.js'
import { jsonReport, type ScanPrint, textReport } from './scan-report.js'
import { type ScanTools, scanSource } from './scan-source.js'
import { type BadSource, expandSources, isBad, type ScanSource } from './scan-sources.js'

const OPTIONS = {
  json: { type: 'boolean', default: false },
  frames: { type: 'boolean', default: false },
  out: { type: 'string' },
  model: { type: 'string', default: 'camera' },
  mode: { type: 'string', default: 'auto' },
  rate: { type: 'string' },
  width: { type: 'string', default: '640' },
} as const

const MAX_PASSES = 3

export const scan: Command = {
  name: 'scan',
  usage: 'scan SOURCE... [--json] [--frames] [--out DIR] [--model NAME] [--mode MODE] [--rate N] [--width N]',
  summary: 'Judge clips, pictures or a stream, and say where they are perturbed',
  help: `
SOURCE is a clip, a picture, a folder of them, or an rtsp:// or rtsps:// address (Ctrl-C ends it and sums up). A camera's
user name and password are taken from FRAMEWARDEN_USERNAME and FRAMEWARDEN_PASSWORD, never from the address.
A picture counts as an incident where its one frame is flagged; a clip where the evidence over time reaches the bound of 0.1
false alarms a day.

  --json         one JSON object a line: incident, error, and a summary for each source
  --frames       a line for each frame, too
  --out DIR      write cleaned pictures and clips, and flagged frames before, after and their difference (one a second)
  --model NAME   bundle under models/, or a path to one (camera)
  --mode MODE    cascade: a screen on each frame, the full chain on suspicion; full: the chain on each frame; auto (auto)
  --rate N       frames a second to look at (all)
  --width N      width at which frames are judged, a multiple of 8 (640)

Exit: 0 nothing found, 1 a source could not be read, 2 usage, 3 an incident was found.

Example: framewarden scan recordings/ --json --out cleaned/`,
  run,
}

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  if (positionals.length === 0) throw new FwError('FW_USAGE', 'scan: no SOURCE')
  const mode = oneOf('--mode', values.mode, ['auto', 'cascade', 'full'])
  const rate = values.rate === undefined ? undefined : numberOf('--rate', values.rate)
  const width = numberOf('--width', values.width)
  if (width % 8 !== 0) throw new FwError('FW_USAGE', `scan: --width ${width} is no multiple of 8`)

  const sources = await expandSources(positionals)
  const ffmpeg = await findFfmpeg()
  const engine = await startEngine(modelSettings(values.model), { threads: threadsFor() })
  const progress = await progressFor(sources, ffmpeg.path)
  const print: ScanPrint = {
    out: (text) => printing(progress, () => console.log(text)),
    err: (text) => printing(progress, () => console.error(text)),
  }
  const report = (values.json ? jsonReport : textReport)(print, { frames: values.frames })
  const tools: ScanTools = {
    engine,
    options: { mode: mode === 'auto' ? engine.mode : mode, purify: values.out !== undefined, maxPasses: MAX_PASSES },
    report,
    progress,
    output: values.out === undefined ? undefined : scanOutput(values.out, ffmpeg.path),
  }
  try {
    return await scanAll(sources, tools, (source, signal) =>
      decodeSource(source.name, {
        width,
        rate,
        ffmpeg,
        signal,
        username: process.env.FRAMEWARDEN_USERNAME,
        password: process.env.FRAMEWARDEN_PASSWORD,
        onDiagnostic: (d) => print.err(diagnosticLine(d)),
      }),
    )
  } finally {
    progress.clear()
    await engine.close()
  }
}

/** One source after the other; the next one's decoder starts while this one is judged. Resolves to the exit code. */
async function scanAll(
  sources: readonly (ScanSource | BadSource)[],
  tools: ScanTools,
  decode: (source: ScanSource, signal: AbortSignal) => AsyncGenerator<Frame>,
): Promise<number> {
  const { report, progress } = tools
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt)
  let [incidents, failed] = [0, false]
  const readable = sources.filter((s): s is ScanSource => !isBad(s))
  const begin = (source: ScanSource | undefined) => source && started(decode(source, interrupted.signal))
  let next = begin(readable[0])
  for (const source of sources) {
    if (interrupted.signal.aborted) {
      failed = true
      break
    }
    if (isBad(source)) {
      report.error(source.name, source.error)
      failed = true
      continue
    }
    const frames = next!
    next = begin(readable[readable.indexOf(source) + 1])
    progress.begin(source)
    const { summary, error } = await scanSource(source, frames, tools)
    const stopped = interrupted.signal.aborted
    if (error !== undefined && !stopped) report.error(source.name, error)
    // A stream has no end of its own; a file left in the middle is work not done.
    if (error !== undefined && !(stopped && source.kind === 'stream')) failed = true
    if (error === undefined || summary.frames > 0) report.summary(summary)
    incidents += summary.incidents
  }
  process.off('SIGINT', interrupt)
  report.end()
  if (failed) return EXIT.failed
  return incidents > 0 ? EXIT.incident : EXIT.done
}

async function progressFor(sources: readonly (ScanSource | BadSource)[], ffmpegPath: string): Promise<ScanProgress> {
  if (!process.stderr.isTTY) return NO_PROGRESS
  const lengths = new Map<string, number>()
  const readable = sources.filter((s): s is ScanSource => !isBad(s))
  for (const { name, kind } of readable) {
    const seconds = kind === 'picture' ? 0 : kind === 'clip' ? await clipSeconds(ffmpegPath, name) : undefined
    if (seconds !== undefined) lengths.set(name, seconds)
  }
  return terminalProgress(process.stderr, readable, lengths)
}

function modelSettings(bundle: string): ModelSettings {
  const auto = { providers: 'auto', precision: 'auto', threads: 'auto' } as const
  return { bundle, ...auto, requireGpu: false, requireSignature: false }
}

/** The decoder wants a core, too. */
function threadsFor(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1))
}

function printing(progress: ScanProgress, print: () => void): void {
  progress.clear()
  print()
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
