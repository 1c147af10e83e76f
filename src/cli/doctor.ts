/** `framewarden doctor`: what this machine has and lacks for guarding cameras, and what to do about each lack. */

import type { FfmpegBuild } from '../camera/ffmpeg.js'
import { loadConfig } from '../config/load.js'
import { ConfigError } from '../config/problem.js'
import { FwError, REMEDIES } from '../core/errors.js'
import type { Settings } from '../core/settings.js'
import { parseArguments } from './arguments.js'
import type { Command } from './command.js'
import {
  checkBroker,
  checkCamera,
  checkFfmpeg,
  checkModels,
  checkNode,
  checkProviders,
  checkStateDir,
} from './doctor-checks.js'
import { type Finding, findingLines, found, lack, ok } from './doctor-report.js'
import { EXIT } from './exit.js'

const OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** What `run` uses where no configuration says otherwise. */
const DEFAULT_MODELS = { bundle: 'camera', providers: 'auto', requireGpu: false, requireSignature: false } as const
/** Cameras looked at side by side: each is a decoder for some seconds. */
const AT_ONCE = 4

export const doctor: Command = {
  name: 'doctor',
  usage: 'doctor [--config FILE] [--json]',
  summary: 'Say what is there, what is missing, and what to do about it',
  help: `
Looks at Node, ffmpeg (all that were considered, and why one was chosen), the execution providers and the model bundle. With
--config also at state_dir and its free space, the broker, and each camera, which is opened for a moment.

  --config FILE  the configuration whose broker, cameras and folders are looked at
  --json         one JSON object: {"ok", "findings": [{"level", "subject", "text", "code", "remedy"}]}

Exit: 0 nothing bad was found, 1 something does not work, 2 usage or configuration wrong.

Example: framewarden doctor --config /etc/framewarden/config.yaml`,
  run: doctorCommand,
}

/** Resolves to the exit code; what is wrong is a finding, never an exception, but for a wrong call (FW_USAGE). */
export async function doctorCommand(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArguments(argv, OPTIONS)
  if (positionals.length > 0) throw new FwError('FW_USAGE', 'doctor takes --config FILE and --json, nothing else')
  const config = values.config === undefined ? undefined : await readConfig(values.config)
  const findings = [...(config?.findings ?? []), ...(await lookAt(config?.settings))]
  const bad = findings.some((finding) => finding.level === 'bad')
  if (values.json) console.log(JSON.stringify({ ok: !bad, findings }))
  else {
    const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined
    for (const line of findingLines(findings, colour)) console.log(line)
  }
  if (config !== undefined && config.settings === undefined) return EXIT.usage
  return bad ? EXIT.failed : EXIT.done
}

async function readConfig(path: string): Promise<{ settings?: Settings; findings: Finding[] }> {
  try {
    const settings = await loadConfig(path)
    return { settings, findings: [ok('config', `${path}: unit ${settings.unit}, ${settings.cameras.length} cameras`)] }
  } catch (error) {
    if (!(error instanceof FwError)) throw error
    const problems = error instanceof ConfigError ? error.problems : []
    if (problems.length === 0) return { findings: [lack('bad', 'config', error.code, error.message)] }
    const findings = problems.map((p) =>
      lack('bad', 'config', p.code, `${path}:${p.line}:${p.column}: ${p.text}`, REMEDIES[p.code]),
    )
    return { findings }
  }
}

async function lookAt(settings: Settings | undefined): Promise<Finding[]> {
  const models = settings?.models ?? DEFAULT_MODELS
  let ffmpeg: FfmpegBuild | undefined
  const here = await Promise.all([
    found('node', () => checkNode()),
    found('ffmpeg', async () => {
      const looked = await checkFfmpeg()
      ffmpeg = looked.ffmpeg
      return looked.findings
    }),
    found('providers', () => checkProviders(models)),
    found('models', () => checkModels(models)),
  ])
  if (settings === undefined) return here.flat()
  const there = await Promise.all([
    found('state_dir', () => checkStateDir(settings)),
    found('broker', () => checkBroker(settings.mqtt)),
    ffmpeg === undefined ? [] : lookAtCameras(settings.cameras, ffmpeg),
  ])
  return [...here.flat(), ...there.flat()]
}

async function lookAtCameras(cameras: Settings['cameras'], ffmpeg: FfmpegBuild): Promise<Finding[]> {
  // Ctrl-C ends this process and, by the terminal, its children.
  const { signal } = new AbortController()
  const results: (readonly Finding[])[] = []
  const waiting = cameras.map((camera, i) => async () => {
    results[i] = await found(`camera ${camera.id}`, () => checkCamera(camera, ffmpeg, signal))
  })
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results.flat()
}
