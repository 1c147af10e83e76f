/** A bundle's networks for frames that a program has decoded itself. */
import { DEFAULT_CAMERA, DEFAULT_MODELS } from '../config/defaults.js'
import type { Mode, ModelSettings } from '../core/settings.js'
import type { Verdict } from '../core/verdict.js'
import { startEngine } from '../inference/engine.js'

export interface BundleOptions extends Partial<Omit<ModelSettings, 'bundle' | 'threads'>> {
  /** cascade: a screen, the whole chain on suspicion; full: the chain at once; auto (default): cascade on a CPU, full on a GPU. */
  readonly mode?: 'auto' | Mode
  /** Most passes of the mapping network over one frame, 1 or more. */
  readonly maxPasses?: number
}

/** Log-odds in `score.logit` (natural log), `score.level` an estimate of L-inf in 0..1, `score.box` [x, y, w, h] in 0..1. */
export type FrameVerdict = Exclude<Verdict, { readonly kind: 'suspicious' }>

export interface OpenBundle {
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string }
  /** What runs the networks: cpu, cuda or tensorrt. */
  readonly provider: string
  /**
   * Judges a frame alone, by what all cameras show. I420 (yuv420p, BT.601, limited range), width * height * 3 / 2 bytes; width
   * and height multiples of 8. `i420` is copied, and free when this returns. Rejects with FW_MODEL_SHAPE or FW_INFERENCE_FAILED.
   */
  judge(i420: Uint8Array, width: number, height: number): Promise<FrameVerdict>
  /** The frame without its perturbation; one that is not flagged comes back as it is, bit for bit. Rejects as `judge`. */
  purify(i420: Uint8Array, width: number, height: number): Promise<Uint8Array>
  /** Waits for the frames that are being judged. A program that does not call it does not end by itself. */
  close(): Promise<void>
}

/**
 * Opens the bundle of this name (`camera` ships) or in this folder, verified as a guard does: hashes, signature where one is asked
 * for, golden frames. Throws FW_MODEL_*, FW_PROVIDER_UNAVAILABLE or FW_GPU_REQUIRED.
 */
export async function openBundle(
  nameOrPath: string = DEFAULT_MODELS.bundle,
  { mode = 'auto', maxPasses = DEFAULT_CAMERA.purify.maxPasses, ...models }: BundleOptions = {},
): Promise<OpenBundle> {
  const engine = await startEngine({ ...DEFAULT_MODELS, ...models, bundle: nameOrPath })
  const chosen = mode === 'auto' ? engine.mode : mode

  async function ask(i420: Uint8Array, width: number, height: number, purify: boolean) {
    const frame = { cameraId: 'library', seq: 0, capturedAtMs: 0, width, height, pixels: i420, damaged: false }
    return engine.judge(frame, { mode: chosen, purify, maxPasses })
  }

  return {
    model: engine.model,
    provider: engine.provider,
    judge: async (i420, width, height) => (await ask(i420, width, height, false)).verdict as FrameVerdict,
    async purify(i420, width, height) {
      const { verdict } = await ask(i420, width, height, true)
      return verdict.kind === 'perturbed' ? verdict.purified : i420.slice()
    },
    close: engine.close,
  }
}
