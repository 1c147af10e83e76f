/** Evaluation of a camera's bundle: is the verdict on each picture the label's? */
import sharp from 'sharp'
import { findFfmpeg } from '../camera/ffmpeg.js'
import { decodeSource } from '../camera/file.js'
import { FwError } from '../core/errors.js'
import type { ModelSettings } from '../core/settings.js'
import { startEngine } from '../inference/engine.js'
import type { Evaluator } from './pictures.js'

/** Labels are `clean` and `perturbed`. Pictures are judged at their own width, to the multiple of 8 below it. */
export async function cameraEvaluator(
  models: ModelSettings,
  options: { cores: number; maxPasses: number },
): Promise<Evaluator> {
  const ffmpeg = await findFfmpeg()
  const engine = await startEngine(models, options)
  return {
    provider: engine.provider,
    async judge(path, { label, line }) {
      if (label !== 'clean' && label !== 'perturbed') {
        throw new FwError('FW_LABELS', `labels.csv:${line}: label '${label}', takes clean or perturbed`)
      }
      const width = await widthOf(path)
      // The same way into the networks as a camera's frames: what a picture loses in I420, it loses here, too.
      const frames = decodeSource(path, { width, ffmpeg, signal: new AbortController().signal })
      const { value: frame } = await frames.next()
      await frames.return(undefined)
      if (!frame) throw new FwError('FW_SOURCE', `${path}: no picture in it`)
      const { mode } = engine
      const { verdict } = await engine.judge(frame, { mode, purify: false, maxPasses: options.maxPasses })
      return { verdict: verdict.kind === label, flagged: verdict.kind === 'perturbed' }
    },
    close: () => engine.close(),
  }
}

async function widthOf(path: string): Promise<number> {
  try {
    const { width } = await sharp(path).metadata()
    return Math.max(8, Math.floor(width / 8) * 8)
  } catch (cause) {
    throw new FwError('FW_SOURCE', `${path}: ${(cause as Error).message}`, { cause })
  }
}
