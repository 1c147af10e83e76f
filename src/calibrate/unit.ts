/** One camera of a unit after the other, with one engine: what goes wrong with one is reported, and the others go on. */
import { findFfmpeg } from '../camera/ffmpeg.js'
import { type Diagnostic, diagnosticLine } from '../core/diagnostic.js'
import type { CameraSettings, Settings } from '../core/settings.js'
import { engineCacheDir, startEngine } from '../inference/engine.js'
import { type CalibrateOptions, calibrateCamera } from './calibrate.js'
import type { CalibrationResult } from './result.js'

export interface CalibrationReport {
  result(result: CalibrationResult): Promise<void>
  failed(error: unknown): void
  progress(camera: string, ms: number): void
}

/**
 * Resolves to how many of `cameras` were calibrated; ends early, by the signal's reason as a failure, when it fires.
 * Throws FW_FFMPEG_MISSING, FW_MODEL_*, FW_PROVIDER_UNAVAILABLE or FW_GPU_REQUIRED.
 */
export async function calibrateUnit(
  settings: Settings,
  cameras: readonly CameraSettings[],
  options: Pick<CalibrateOptions, 'from' | 'minutes' | 'out' | 'signal'>,
  report: CalibrationReport,
): Promise<number> {
  const ffmpeg = await findFfmpeg({ configured: settings.ffmpeg })
  const engine = await startEngine(settings.models, { cacheDir: engineCacheDir(settings.stateDir) })
  const onDiagnostic = (d: Diagnostic) => console.error(diagnosticLine(d))
  let done = 0
  try {
    for (const camera of cameras) {
      if (options.signal.aborted) break
      const onProgress = (ms: number) => report.progress(camera.id, ms)
      try {
        const how = { ...options, ffmpeg, onDiagnostic, onProgress }
        await report.result(await calibrateCamera(camera, settings.stateDir, engine, how))
        done++
      } catch (error) {
        if (!options.signal.aborted) report.failed(error)
      }
    }
  } finally {
    await engine.close()
  }
  return done
}
