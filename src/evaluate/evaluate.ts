/** A bundle's figures on a folder of labelled pictures. */
import { availableParallelism } from 'node:os'
import { DEFAULT_CAMERA, DEFAULT_MODELS } from '../config/defaults.js'
import { type Bundle, findBundle, readBundle } from '../inference/bundle.js'
import { isClassification } from '../inference/manifest.js'
import { cameraEvaluator } from './camera.js'
import { classEvaluator } from './classes.js'
import { evaluatePictures } from './pictures.js'
import type { Figures } from './tally.js'

export interface Evaluation {
  readonly bundle: Bundle
  readonly provider: string
  readonly figures: Figures
}

/**
 * Judges all pictures that `dir`/labels.csv names. `model`: name under models/, or the path of a bundle folder.
 * Throws FW_LABELS, FW_SOURCE, FW_MODEL_*, FW_FFMPEG_MISSING, FW_PROVIDER_UNAVAILABLE or FW_INFERENCE_FAILED.
 */
export async function evaluate(
  dir: string,
  model: string,
  onPicture: (done: number, of: number) => void,
): Promise<Evaluation> {
  const models = { ...DEFAULT_MODELS, bundle: model }
  const bundle = await readBundle(findBundle(model))
  const options = { cores: availableParallelism(), maxPasses: DEFAULT_CAMERA.purify.maxPasses }
  const evaluator = isClassification(bundle.manifest)
    ? await classEvaluator(bundle, models, options)
    : await cameraEvaluator(models, options)
  try {
    return { bundle, provider: evaluator.provider, figures: await evaluatePictures(dir, evaluator, onPicture) }
  } finally {
    await evaluator.close()
  }
}
