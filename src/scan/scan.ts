/** Recorded clips, pictures or a stream, judged as fast as the machine can: one source after the other. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { readBaseline } from '../baselines/baseline-file.js'
import { findFfmpeg } from '../camera/ffmpeg.js'
import { decodeSource } from '../camera/file.js'
import { DEFAULT_CAMERA, DEFAULT_MODELS } from '../config/defaults.js'
import type { Diagnostic } from '../core/diagnostic.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { Mode } from '../core/settings.js'
import { startEngine } from '../inference/engine.js'
import { type Archive, openArchive } from './archive.js'
import { incidentPictures } from './incident-pictures.js'
import { started } from './judging.js'
import { errorLine, type ScanLine } from './lines.js'
import { cleanedOutput } from './output.js'
import { inShard, type Shard } from './shard.js'
import { type ScanTools, type SourceEnd, scanSource } from './source.js'
import { type BadSource, expandSources, isBad, type ScanSource } from './sources.js'
import type { ScanPast } from './watched-source.js'

export interface ScanRequest {
  /** Files, folders, addresses. */
  readonly names: readonly string[]
  /** Folders inside folders, too. */
  readonly recursive?: boolean
  /** Name under models/, or the path of a bundle folder. */
  readonly model?: string
  readonly mode?: 'auto' | Mode
  /** Frames a second to look at; undefined: all. */
  readonly rate?: number
  /** Width at which frames are judged, a multiple of 8. */
  readonly width?: number
  /** A camera's baseline file, or 'none': what all cameras show decides. Undefined: each source learns at its own start. */
  readonly baseline?: string
  /** Which of the sources are this run's; undefined: all. */
  readonly shard?: Shard
  /** Folder for cleaned pictures and clips; with `shard` for its results, of which those that stand are not made again. */
  readonly out?: string
  /** Keep each frame's line in a shard's results. */
  readonly frames?: boolean
}

/** Who follows a scan beside its lines. */
export interface ScanWatcher {
  /** What will be judged, in this order, and the ffmpeg that decodes it; `earlier`: how many have their result already. */
  onPlan?(
    sources: readonly ScanSource[],
    plan: { readonly ffmpegPath: string; readonly earlier: number },
  ): Promise<void>
  onSource?(source: ScanSource): void
  onFrame?(frame: Frame): void
  onDiagnostic?(d: Diagnostic): void
}

/**
 * `failed`: a source could not be read to its end or has frames that were not judged. `interrupted`: a file was left in the
 * middle, or sources were left out, because the signal said so. `incidents`: how many were raised, of a shard in all its results.
 */
export interface ScanResult {
  readonly failed: boolean
  readonly interrupted: boolean
  readonly incidents: number
}

/**
 * The lines of all sources. When `signal` fires a stream is summed up and what is left is not read.
 * Throws FW_FFMPEG_MISSING, FW_MODEL_*, FW_PROVIDER_UNAVAILABLE, FW_INFERENCE_FAILED, FW_BASELINE or FW_OUTPUT (a shard's results
 * cannot be written); a bad source is a line.
 */
export async function* scan(
  request: ScanRequest,
  signal: AbortSignal,
  watcher: ScanWatcher = {},
): AsyncGenerator<ScanLine, ScanResult> {
  const { model = DEFAULT_MODELS.bundle, mode = 'auto', rate, width = DEFAULT_CAMERA.frame.width, out } = request
  const sources = await sourcesOf(request)
  const ffmpeg = await findFfmpeg()
  const engine = await startEngine({ ...DEFAULT_MODELS, bundle: model }, { cores: coresFor() })
  try {
    const past = await pastOf(request.baseline, engine.model.sha256)
    const archive = await archiveOf(request, { model: engine.model.sha256, mode, rate, width, past })
    const cleaned = out !== undefined && !archive
    const tools: ScanTools = {
      ...{ engine, past, signal, onSource: watcher.onSource, onFrame: watcher.onFrame },
      options: {
        mode: mode === 'auto' ? engine.mode : mode,
        purify: cleaned,
        maxPasses: DEFAULT_CAMERA.purify.maxPasses,
      },
      output: cleaned ? cleanedOutput(out, ffmpeg.path) : archive && incidentPictures(out!),
    }
    const { left, found } = await leftOf(sources, archive)
    const readable = left.filter((source): source is ScanSource => !isBad(source))
    await watcher.onPlan?.(readable, { ffmpegPath: ffmpeg.path, earlier: sources.length - left.length })
    const decode = (source: ScanSource) =>
      decodeSource(source.name, {
        ...{ width, rate, ffmpeg, signal, onDiagnostic: watcher.onDiagnostic },
        username: process.env.FRAMEWARDEN_USERNAME,
        password: process.env.FRAMEWARDEN_PASSWORD,
      })
    const { incidents, failed, interrupted } = yield* scanAll(left, tools, decode, archive)
    if (!interrupted) await archive?.finish(sources.map(({ name }) => name))
    return { incidents: incidents + found, failed, interrupted }
  } finally {
    await engine.close()
  }
}

/** One source after the other; the next one's decoder starts while this one is judged. */
async function* scanAll(
  sources: readonly (ScanSource | BadSource)[],
  tools: ScanTools,
  decode: (source: ScanSource) => AsyncGenerator<Frame>,
  archive: Archive | undefined,
): AsyncGenerator<ScanLine, ScanResult> {
  const { signal } = tools
  let [incidents, failed, interrupted] = [0, false, false]
  const readable = sources.filter((s): s is ScanSource => !isBad(s))
  const begin = (source: ScanSource | undefined) => {
    const frames = source && decode(source)
    return frames && { frames: started(frames), end: () => frames.return(undefined) }
  }
  let next = begin(readable[0])
  try {
    for (const source of sources) {
      if (signal.aborted) {
        interrupted = true
        break
      }
      const frames = next?.frames
      if (!isBad(source)) next = begin(readable[readable.indexOf(source) + 1])
      const lines = isBad(source) ? unreadable(source) : scanSource(source, frames!, tools)
      const kept = archive ? archive.keep(source.name, lines) : lines
      let line = await kept.next()
      try {
        for (; !line.done; line = await kept.next()) {
          if (line.value.type === 'summary') incidents += line.value.incidents
          yield line.value
        }
      } finally {
        await kept.return('cut') // whoever reads has left
      }
      failed ||= line.value === 'failed'
      // A stream has no end of its own; a file left in the middle is work not done.
      interrupted ||= line.value === 'cut' && !(!isBad(source) && source.kind === 'stream')
    }
  } finally {
    await next?.end()
  }
  return { failed, interrupted, incidents }
}

async function* unreadable(source: BadSource): AsyncGenerator<ScanLine, SourceEnd> {
  yield errorLine(source.name, source.error)
  return 'failed'
}

/** A shard takes each name once, and no stream: it has no end, and so no result that stands. What a scan writes is no source. */
async function sourcesOf({
  names,
  recursive = false,
  shard,
  out,
}: ScanRequest): Promise<readonly (ScanSource | BadSource)[]> {
  const found = await expandSources(names, { recursive })
  const sources = found.filter(({ name }) => out === undefined || !resolve(name).startsWith(`${resolve(out)}/`))
  if (!shard) return sources
  const stream = sources.find((source) => !isBad(source) && source.kind === 'stream')
  if (stream) throw new FwError('FW_USAGE', `scan: ${stream.name}: --shard takes files and folders, no stream`)
  return [...new Map(sources.map((source) => [source.name, source])).values()].filter(({ name }) =>
    inShard(name, shard),
  )
}

async function archiveOf(
  { shard, out, frames = false }: ScanRequest,
  settings: Record<string, unknown>,
): Promise<Archive | undefined> {
  return shard && out !== undefined ? openArchive(out, shard, { frames, ...settings }) : undefined
}

/** What has no result yet, and how many incidents stand in the results of the rest. */
async function leftOf(
  sources: readonly (ScanSource | BadSource)[],
  archive: Archive | undefined,
): Promise<{ readonly left: readonly (ScanSource | BadSource)[]; readonly found: number }> {
  if (!archive) return { left: sources, found: 0 }
  const left: (ScanSource | BadSource)[] = []
  let found = 0
  for (const source of sources) {
    const earlier = isBad(source) ? undefined : await archive.earlier(source.name)
    if (earlier) found += earlier.summary?.incidents ?? 0
    else left.push(source)
  }
  return { left, found }
}

/** The decoder wants a core, too. */
function coresFor(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1))
}

/** Throws FW_BASELINE where the file cannot be used with this bundle. */
async function pastOf(baseline: string | undefined, bundle: string): Promise<ScanPast> {
  if (baseline === undefined) return { kind: 'own' }
  if (baseline === 'none') return { kind: 'bundle' }
  const read = await readBaseline(baseline, { bundle })
  if (!read) throw new FwError('FW_BASELINE', `${baseline}: there is no such file`)
  return { kind: 'file', baseline: read }
}
