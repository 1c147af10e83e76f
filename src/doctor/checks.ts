/** What doctor looks at, a function each. Nothing is changed, nothing is left behind but the engines that TensorRT builds. */
import { access, constants, stat, statfs } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { type FfmpegBuild, findFfmpeg } from '../camera/ffmpeg.js'
import { probeCamera } from '../camera/probe.js'
import type { CameraSettings, ModelSettings, MqttSettings, RuntimeName, Settings } from '../core/settings.js'
import { probeBroker } from '../delivery/mqtt/probe-broker.js'
import { findBundle, readBundle } from '../inference/bundle.js'
import { describeProviders } from '../inference/describe-providers.js'
import { engineCacheDir, startEngine } from '../inference/engine.js'
import { type Finding, lack, ok } from './report.js'

/** engines.node of package.json. */
const LEAST_NODE = [20, 19] as const
const MIB = 1024 * 1024
/** Less free space than this under state_dir, and an alert may not be kept. */
const LEAST_FREE_BYTES = 64 * MIB
const LOOK_MS = 1500
/** The program that fetches them, of this installation. */
const CUDA_LIBRARIES = createRequire(import.meta.url).resolve('onnxruntime-node/script/install.js')

export async function checkNode(version = process.versions.node): Promise<Finding[]> {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const enough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])
  const text = `${version} on ${process.platform} ${process.arch}`
  if (enough) return [ok('node', text)]
  return [lack('bad', 'node', 'FW_INTERNAL', text, `Install Node >= ${LEAST_NODE.join('.')}.`)]
}

export async function checkFfmpeg(): Promise<{ ffmpeg: FfmpegBuild; findings: Finding[] }> {
  const ffmpeg = await findFfmpeg()
  const passedOver = ffmpeg.considered.filter((c) => !c.usable).map((c) => `${c.path}: ${c.text}`)
  const text = `${ffmpeg.path}, ${ffmpeg.version}, chosen as ${ffmpeg.why}`
  const all = passedOver.length > 0 ? `${text}; passed over: ${passedOver.join('; ')}` : text
  if (ffmpeg.origin !== 'bundled') return { ffmpeg, findings: [ok('ffmpeg', all)] }
  const remedy =
    'On a unit, install ffmpeg >= 5 (Debian: apt install ffmpeg); this one is of 2018 and has no fixes since.'
  return { ffmpeg, findings: [lack('note', 'ffmpeg', 'FW_FFMPEG_MISSING', all, remedy)] }
}

/** Starts an engine as a guard would: what runs the networks here, on which provider, and why. */
export async function checkRuntime(
  models: ModelSettings,
  stateDir?: string,
): Promise<{ runtime: RuntimeName; findings: Finding[] }> {
  const cacheDir = stateDir !== undefined && (await isOurs(stateDir)) ? engineCacheDir(stateDir) : undefined
  const engine = await startEngine(models, { cacheDir })
  const { runtime, provider, refusals } = engine
  await engine.close()
  const text = `${runtime.name}, ${runtime.text}, on ${provider}; chosen by ${runtime.why}`
  // those of Node have checks of their own
  const passedOver = runtime.name === 'python' ? refusals : []
  const level = models.providers === 'auto' ? 'note' : 'bad'
  const remedy =
    'Only for a GPU: give models.python an onnxruntime that has it, and the libraries of that (deploy/jetson.md).'
  const lacks = passedOver.map((refusal) =>
    lack(level, `provider ${refusal.provider}`, 'FW_PROVIDER_UNAVAILABLE', refusal.text, remedy),
  )
  return { runtime: runtime.name, findings: [ok('runtime', text), ...lacks] }
}

/** Engines that root leaves in the service's folder are engines that the service cannot replace. */
function isOurs(folder: string): Promise<boolean> {
  return stat(folder).then(
    ({ uid }) => uid === process.getuid?.(),
    () => false,
  )
}

/** What onnxruntime-node has. A GPU is a lack only where the configuration wants one. */
export async function checkProviders(models: Pick<ModelSettings, 'providers' | 'requireGpu'>): Promise<Finding[]> {
  const wanted = models.providers === 'auto' ? [] : models.providers
  return (await describeProviders()).map(({ provider, usable, text = '' }) => {
    const subject = `provider ${provider}`
    if (usable) return ok(subject, 'works')
    if (provider === 'cpu') return lack('bad', subject, 'FW_PROVIDER_UNAVAILABLE', text, 'Install framewarden again.')
    const level = wanted.includes(provider) || (models.requireGpu && provider === 'cuda') ? 'bad' : 'note'
    return lack(level, subject, 'FW_PROVIDER_UNAVAILABLE', text, gpuRemedy(text))
  })
}

/** What to do about a GPU provider that `text` says is not there. */
export function gpuRemedy(text: string): string {
  if (text.startsWith('not compiled')) {
    return 'Only for a GPU: install a Python onnxruntime that has it and name that Python in models.python (deploy/jetson.md).'
  }
  return `Only for a GPU: ONNXRUNTIME_NODE_INSTALL=cuda12 node ${CUDA_LIBRARIES}, and CUDA 12 with cuDNN 9.`
}

export async function checkModels(models: Pick<ModelSettings, 'bundle' | 'requireSignature'>): Promise<Finding[]> {
  const { dir, manifest, sha256, files } = await readBundle(findBundle(models.bundle), models)
  const signed = manifest.signature === undefined ? 'not signed' : 'signature good'
  return [
    ok(
      'models',
      `${manifest.name} ${manifest.version} in ${dir}, ${files.size} files with the right hash, ${signed}, ${sha256.slice(0, 12)}`,
    ),
  ]
}

export async function checkStateDir({
  stateDir,
  evidence,
  spool,
}: Pick<Settings, 'stateDir' | 'evidence' | 'spool'>): Promise<Finding[]> {
  const there = await nearestFolder(stateDir)
  const missing = there !== stateDir ? `, to be made in ${there}` : ''
  const writable = await access(there, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  if (!writable)
    return [lack('bad', 'state_dir', 'FW_STATE_DIR', `${stateDir}${missing}: this user may not write there`)]
  const { bavail, bsize } = await statfs(there)
  const free = bavail * bsize
  const text = `${stateDir}${missing}, ${mib(free)} free`
  if (free < LEAST_FREE_BYTES) return [lack('bad', 'state_dir', 'FW_SPOOL_DISK', text)]
  const wanted = evidence.maxBytes + spool.maxBytes
  if (free >= wanted) return [ok('state_dir', text)]
  const remedy = `Free space or lower evidence.max_bytes and spool.max_bytes, which may take ${mib(wanted)}.`
  return [lack('note', 'state_dir', 'FW_EVIDENCE_DISK', text, remedy)]
}

function mib(bytes: number): string {
  return bytes >= 10 * 1024 * MIB ? `${Math.round(bytes / 1024 / MIB)} GiB` : `${Math.round(bytes / MIB)} MiB`
}

async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const isFolder = await stat(at).then(
      (s) => s.isDirectory(),
      () => false,
    )
    if (isFolder || at === dirname(at)) return at
  }
}

export async function checkBroker(mqtt: MqttSettings | undefined): Promise<Finding[]> {
  if (mqtt === undefined) return [ok('broker', 'none configured; alerts stay in the spool and the log')]
  const { ok: accepts, text } = await probeBroker(mqtt)
  return [accepts ? ok('broker', text) : { level: 'bad', subject: 'broker', text }]
}

/** One connection to the camera by its own transport, for a moment. */
export async function checkCamera(
  camera: CameraSettings,
  ffmpeg: FfmpegBuild,
  signal: AbortSignal,
): Promise<Finding[]> {
  const subject = `camera ${camera.id}`
  if (camera.listen) return [ok(subject, `pushes to ${camera.url}; nothing to ask it`)]
  const seen = await probeCamera(camera, { ffmpeg, signal, transports: [camera.transport], lookMs: LOOK_MS })
  const { video, works } = seen
  if (works === undefined) {
    const cause = seen.tries[0]!.cause!
    return [lack('bad', subject, cause.code, cause.text)]
  }
  const size = video === undefined ? '' : `${video.codec} ${video.width}x${video.height}, `
  const rate = works.measuredFps === undefined ? '' : `${works.measuredFps} frames a second, `
  const text = `${size}${rate}first picture after ${works.firstFrameMs} ms`
  // That ffmpeg is old was said once.
  const better = seen.suggestions.filter((suggestion) => !suggestion.startsWith('Install ffmpeg'))
  return [
    ok(subject, text),
    ...better.map((remedy): Finding => ({ level: 'note', subject, text: 'could be better', remedy })),
  ]
}
