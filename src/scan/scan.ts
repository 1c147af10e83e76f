/** Recorded clips, pictures or a stream, judged as fast as the machine can: one source after the other. */
import { availableParallelism } from 'node:os'
import { readBaseline } from '../baselines/baseline-file.js'
import { findFfmpeg } from '../camera/ffmpeg.js'
import { decodeSource } from '../camera/file.js'
import { DEFAULT_CAMERA, DEFAULT_MODELS } from '../config/defaults.js'
import { diagnosticLine } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { Mode } from '../core/settings.js'
import { startEngine } from '../inference/engine.js'
import { started } from './judging.js'
import { scanOutput } from './output.js'
import { clipSeconds, NO_PROGRESS, type ScanProgress, terminalProgress } from './progress.js'
import { jsonReport, type ScanPrint, textReport } from './report.js'
import { type ScanTools, scanSource } from './source.js'
import { type BadSource, expandSources, isBad, type ScanSource } from './sources.js'
import type { ScanPast } from './watched-source.js'

export interface ScanRequest {
  /** Files, folders, addresses. */
  readonly names: readonly string[]
  /** Name under models/, or the path of a bundle folder. */
  readonly model: string
  readonly mode: 'auto' | Mode
  /** Frames a second to look at; undefined: all. */
  readonly rate?: number
  /** Width at which frames are judged, a multiple of 8. */
  readonly width: number
  readonly json: boolean
  /** A line for each frame, too. */
  readonly frames: boolean
  /** Folder for cleaned pictures and clips. */
  readonly out?: string
  /** A camera's baseline file, or 'none': what all cameras show decides. Undefined: each source learns at its own start. */
  readonly baseline?: string
}

/**
 * `failed`: a source could not be read to its end or has frames that were not judged. `interrupted`: a file was left in the
 * middle, or sources were left out, because the signal said so. `incidents`: how many were raised.
 */
export interface ScanResult {
  readonly failed: boolean
  readonly interrupted: boolean
  readonly incidents: number
}

/**
 * Scans all sources and reports them on stdout. When `signal` fires a stream is summed up and what is left is not read.
 * Throws FW_FFMPEG_MISSING, FW_MODEL_*, FW_PROVIDER_UNAVAILABLE or FW_INFERENCE_FAILED; a bad source is reported, not thrown.
 */
export async function scan(request: ScanRequest, signal: AbortSignal): Promise<ScanResult> {
  const { model, mode, rate, width, out } = request
  const sources = await expandSources(request.names)
  const ffmpeg = await findFfmpeg()
  const engine = await startEngine({ ...DEFAULT_MODELS, bundle: model }, { cores: coresFor() })
  const past = await pastOf(request.baseline, engine.model.sha256).catch(async (error) => {
    await engine.close()
    throw error
  })
  const progress = await progressFor(sources, ffmpeg.path)
  const print: ScanPrint = {
    out: (text) => printing(progress, () => console.log(text)),
    err: (text) => printing(progress, () => console.error(text)),
  }
  const report = (request.json ? jsonReport : textReport)(print, { frames: request.frames })
  const tools: ScanTools = {
    engine,
    past,
    options: {
      mode: mode === 'auto' ? engine.mode : mode,
      purify: out !== undefined,
      maxPasses: DEFAULT_CAMERA.purify.maxPasses,
    },
    report,
    progress,
    output: out === undefined ? undefined : scanOutput(out, ffmpeg.path),
  }
  try {
    return await scanAll(sources, tools, signal, (source) =>
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

/** One source after the other; the next one's decoder starts while this one is judged. */
async function scanAll(
  sources: readonly (ScanSource | BadSource)[],
  tools: ScanTools,
  signal: AbortSignal,
  decode: (source: ScanSource) => AsyncGenerator<Frame>,
): Promise<ScanResult> {
  const { report, progress } = tools
  let [incidents, failed, interrupted] = [0, false, false]
  const readable = sources.filter((s): s is ScanSource => !isBad(s))
  const begin = (source: ScanSource | undefined) => source && started(decode(source))
  let next = begin(readable[0])
  for (const source of sources) {
    if (signal.aborted) {
      interrupted = true
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
    if (error !== undefined && signal.aborted) {
      // A stream has no end of its own; a file left in the middle is work not done.
      interrupted ||= source.kind !== 'stream'
    } else if (error !== undefined) {
      report.error(source.name, error)
      failed = true
    }
    if (error === undefined || summary.frames > 0) report.summary(summary)
    incidents += summary.incidents
  }
  report.end()
  return { failed, interrupted, incidents }
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

/** The decoder wants a core, too. */
function coresFor(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1))
}

function printing(progress: ScanProgress, print: () => void): void {
  progress.clear()
  print()
}

/** Throws FW_BASELINE where the file cannot be used with this bundle. */
async function pastOf(baseline: string | undefined, bundle: string): Promise<ScanPast> {
  if (baseline === undefined) return { kind: 'own' }
  if (baseline === 'none') return { kind: 'bundle' }
  const read = await readBaseline(baseline, { bundle })
  if (!read) throw new FwError('FW_BASELINE', `${baseline}: there is no such file`)
  return { kind: 'file', baseline: read }
}
