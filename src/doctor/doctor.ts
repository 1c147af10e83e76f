/** Looks at this machine and, with a configuration, at the folders, broker and cameras that it names. */
import type { FfmpegBuild } from '../camera/ffmpeg.js'
import { DEFAULT_MODELS } from '../config/defaults.js'
import { loadConfig } from '../config/load.js'
import { ConfigError } from '../config/problem.js'
import { FwError, REMEDIES } from '../core/errors.js'
import type { ModelSettings, RuntimeName, Settings } from '../core/settings.js'
import {
  checkBroker,
  checkCamera,
  checkFfmpeg,
  checkModels,
  checkNode,
  checkProviders,
  checkRuntime,
  checkStateDir,
} from './checks.js'
import { type Finding, found, lack, ok } from './report.js'

/** Cameras looked at side by side: each is a decoder for some seconds. */
const AT_ONCE = 4

export interface Examination {
  readonly findings: readonly Finding[]
  /** The configuration could not be used; what it would have named was not looked at. */
  readonly configRefused: boolean
}

/** `configPath` undefined: the machine alone. What is wrong is a finding, never an exception. */
export async function examine(configPath: string | undefined): Promise<Examination> {
  const config = configPath === undefined ? undefined : await readConfig(configPath)
  return {
    findings: [...(config?.findings ?? []), ...(await lookAt(config?.settings))],
    configRefused: config !== undefined && config.settings === undefined,
  }
}

async function readConfig(path: string): Promise<{ settings?: Settings; findings: Finding[] }> {
  try {
    const settings = await loadConfig(path)
    const ids = settings.cameras.map((camera) => camera.id).join(', ')
    return { settings, findings: [ok('config', `${path}: unit ${settings.unit}, guards ${ids}`)] }
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
    lookAtNetworks(models, settings?.stateDir),
  ])
  if (settings === undefined) return here.flat()
  const there = await Promise.all([
    found('state_dir', () => checkStateDir(settings)),
    found('broker', () => checkBroker(settings.mqtt)),
    ffmpeg === undefined ? [] : lookAtCameras(settings.cameras, ffmpeg),
  ])
  return [...here.flat(), ...there.flat()]
}

/** A bundle that cannot be read has no networks to start; the providers of Node matter where Python does not run them. */
async function lookAtNetworks(models: ModelSettings, stateDir?: string): Promise<readonly Finding[]> {
  const bundle = await found('models', () => checkModels(models))
  let runtime: RuntimeName | undefined
  const usable = bundle.every(({ level }) => level === 'ok')
  const started = !usable
    ? []
    : await found('runtime', async () => {
        const looked = await checkRuntime(models, stateDir)
        runtime = looked.runtime
        return looked.findings
      })
  const providers = runtime === 'python' ? [] : await found('providers', () => checkProviders(models))
  return [...started, ...providers, ...bundle]
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
