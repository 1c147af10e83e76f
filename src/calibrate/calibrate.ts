/** A camera's clean past, learned at once: recorded, judged fit, put into figures, written where its guard looks for it. */
import { baselinePath, readBaseline, writeBaseline } from '../baselines/baseline-file.js'
import { type Baseline, marginOf, stageOf } from '../core/baseline/baseline.js'
import { SIGNALS, type Signal } from '../core/baseline/signals.js'
import { seededChance } from '../core/chance.js'
import { PLAIN_P } from '../core/decide.js'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import type { CameraSettings } from '../core/settings.js'
import { writeAtomically } from '../files/atomic-file.js'
import type { Engine } from '../inference/engine.js'
import { modelFalseAlarms } from './false-alarms.js'
import { signalFigures } from './figures.js'
import { type LeastLevels, leastLevels } from './least-level.js'
import { type OwnDecision, ownDecision } from './own-decision.js'
import { type Recording, type RecordOptions, record } from './record.js'
import { refusalOf } from './refusal.js'
import type { CalibrationResult, SignalResult } from './result.js'
import { calibrationSvg } from './svg.js'
import { CODEC, throughCodec } from './through-codec.js'

/** As wide as the histograms of a terminal. */
const BINS = 60

export interface CalibrateOptions extends RecordOptions {
  /** Path of the SVG; undefined: beside the baseline. */
  readonly out?: string
}

/**
 * Throws FW_CALIBRATE_REFUSED, FW_BASELINE or FW_OUTPUT (not written), what the decoder throws (FW_SOURCE, FW_CAMERA_*) or FW_INFERENCE_FAILED.
 * What the camera has learned in another light stays.
 */
export async function calibrateCamera(
  camera: CameraSettings,
  stateDir: string,
  engine: Engine,
  options: CalibrateOptions,
): Promise<CalibrationResult> {
  if (camera.listen && options.from === undefined) {
    const remedy = 'Record it where its stream arrives, and give the recording by --from FILE.'
    throw refused(camera, 'it pushes its stream to the daemon, and nobody else can read it', remedy)
  }
  const recording = await record(camera, engine, options)
  if (!recording) throw refused(camera, 'the source has no picture')
  const { material, frames } = recording
  const { width, height } = frames[0]!
  const refusal = refusalOf(material)
  if (refusal) throw refused(camera, refusal.reason, refusal.remedy)
  const path = baselinePath(stateDir, camera.id)
  const origin = { bundle: engine.model.sha256, width, height, source: camera.url }
  // a file that cannot be used is replaced
  const before = await readBaseline(path, origin).catch(() => undefined)
  const { baseline } = material
  const regimes = { ...before?.regimes, ...baseline.regimes }
  const tamper = { ...before?.tamper, ...baseline.tamper }
  await writeBaseline(path, { ...baseline, regimes, tamper }, origin)
  const signals = signalResults(recording, baseline)
  const at = material.observations.at(-1)!.atMs
  const decision = ownDecision(baseline, recording.settings, engine.calibration.cascade, at)
  const svg = options.out ?? path.replace(/json$/, 'svg')
  await writePicture(svg, calibrationSvg({ camera: camera.id, signals }))
  return {
    camera: camera.id,
    source: options.from ?? camera.url,
    baseline: path,
    svg,
    stage: stageOf(baseline),
    clean_s: material.learnedMs / 1000,
    jumps: material.jumps,
    signals,
    false_alarms: modelFalseAlarms(material.observations, tauOf(signals), decision, seededChance(1)),
    least_level: await leastLevelsHere(frames, engine, decision, options),
  }
}

/** Through the codec, or where this ffmpeg cannot encode without it. */
async function leastLevelsHere(
  frames: readonly Frame[],
  engine: Engine,
  { lnEOf, bound }: OwnDecision,
  options: RecordOptions,
): Promise<LeastLevels> {
  const parts = { engine, lnEOf, bound }
  try {
    const through = (some: readonly Frame[]) => throughCodec(some, options)
    return await leastLevels(frames, { ...parts, codec: CODEC.name, through })
  } catch (error) {
    if (!(error instanceof FwError && error.code === 'FW_SOURCE')) throw error
    return leastLevels(frames, { ...parts, codec: 'none', through: async (some) => some })
  }
}

async function writePicture(path: string, text: string): Promise<void> {
  await writeAtomically(path, text).catch((cause) => {
    throw new FwError('FW_OUTPUT', `${path}: ${cause.message}`, { cause })
  })
}

function refused({ id }: CameraSettings, reason: string, remedy?: string): FwError {
  return new FwError('FW_CALIBRATE_REFUSED', `camera '${id}': ${reason}`, { remedy })
}

function tauOf({ screen, chain, noise }: CalibrationResult['signals']): Readonly<Record<Signal, number>> {
  return { screen: screen.tau.observations, chain: chain.tau.observations, noise: noise.tau.observations }
}

function signalResults({ material, settings }: Recording, baseline: Baseline): CalibrationResult['signals'] {
  const of = (signal: Signal): [Signal, SignalResult] => {
    const margin = marginOf(baseline, signal, settings.suspicion.priors, PLAIN_P)
    return [signal, { ...signalFigures(material.observations, signal, BINS), margin }]
  }
  return Object.fromEntries(SIGNALS.map(of)) as unknown as CalibrationResult['signals']
}
