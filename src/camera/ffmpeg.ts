/** Which ffmpeg decodes: found once, with its version and the reason for it. */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { FwError } from '../core/errors.js'

export type FfmpegOrigin = 'configured' | 'system' | 'bundled'

/** A program that was looked at, and what became of it. */
export interface ConsideredFfmpeg {
  readonly path: string
  readonly origin: FfmpegOrigin
  readonly usable: boolean
  readonly text: string
}

export interface FfmpegBuild {
  readonly path: string
  /** The version line's own words; a build of a snapshot has no number in them. */
  readonly version: string
  /** Major version of libavformat, which decides the flags: 58 = ffmpeg 4, 59 = 5, 60 = 6, 61 = 7, 62 = 8, 63 = 9. */
  readonly libavformat: number
  readonly origin: FfmpegOrigin
  readonly why: string
  readonly considered: readonly ConsideredFfmpeg[]
}

/** ffmpeg 5.0. Older system builds are passed over for want of security fixes. */
const LEAST_SYSTEM_LIBAVFORMAT = 59
const ANSWER_MS = 15_000

/**
 * The ffmpeg to use: `configured` or FRAMEWARDEN_FFMPEG, else the system's if >= 5, else the one inside the npm package
 * (a build of 2018). A configured program that does not run is an error, never passed over. Throws FW_FFMPEG_MISSING.
 */
export async function findFfmpeg(options: { configured?: string } = {}): Promise<FfmpegBuild> {
  const configured = options.configured ?? process.env.FRAMEWARDEN_FFMPEG
  if (configured) {
    const answer = await ask(configured)
    const by = options.configured ? 'the configuration' : 'FRAMEWARDEN_FFMPEG'
    if ('problem' in answer) throw new FwError('FW_FFMPEG_MISSING', `${configured} (from ${by}): ${answer.problem}`)
    const one = { path: configured, origin: 'configured', usable: true, text: answer.version } as const
    return { ...answer, path: configured, origin: 'configured', why: `named by ${by}`, considered: [one] }
  }
  const considered: ConsideredFfmpeg[] = []
  for (const candidate of [await onPath('ffmpeg'), insidePackage()]) {
    if (candidate.path === undefined) {
      considered.push({ path: 'ffmpeg', origin: candidate.origin, usable: false, text: candidate.problem })
      continue
    }
    const { path, origin } = candidate
    const answer = await ask(path)
    if ('problem' in answer) {
      considered.push({ path, origin, usable: false, text: answer.problem })
    } else if (origin === 'system' && answer.libavformat < LEAST_SYSTEM_LIBAVFORMAT) {
      considered.push({ path, origin, usable: false, text: `${answer.version} is older than 5` })
    } else {
      considered.push({ path, origin, usable: true, text: answer.version })
      const why =
        origin === 'system'
          ? "the system's, version 5 or newer"
          : 'no system ffmpeg >= 5; the npm package holds this one'
      return { ...answer, path, origin, why, considered }
    }
  }
  const tried = considered.map((c) => `${c.path}: ${c.text}`).join('; ')
  throw new FwError('FW_FFMPEG_MISSING', `no usable ffmpeg (${tried})`)
}

type Candidate = { origin: FfmpegOrigin; path: string } | { origin: FfmpegOrigin; path?: undefined; problem: string }

async function onPath(name: string): Promise<Candidate> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, name)
    // A folder of PATH without the program is no failure: the next one is looked at.
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return { origin: 'system', path }
  }
  return { origin: 'system', problem: 'not on PATH' }
}

function insidePackage(): Candidate {
  try {
    const { path } = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }
    return { origin: 'bundled', path }
  } catch (error) {
    return {
      origin: 'bundled',
      problem: `@ffmpeg-installer has none for this machine (${(error as Error).message.split('\n')[0]})`,
    }
  }
}

async function ask(path: string): Promise<{ version: string; libavformat: number } | { problem: string }> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-hide_banner', '-version'], { timeout: ANSWER_MS })
    const version = /^ffmpeg version (\S+)/m.exec(stdout)?.[1]
    const libavformat = /^libavformat\s+(\d+)\./m.exec(stdout)?.[1]
    if (version === undefined || libavformat === undefined)
      return { problem: 'answers -version, but not as ffmpeg does' }
    return { version, libavformat: Number(libavformat) }
  } catch (error) {
    const { code, signal } = error as { code?: unknown; signal?: string }
    return { problem: `does not run (${signal ?? code ?? (error as Error).message})` }
  }
}
