/** Evaluation of a classification bundle: does the target still see what is there, without and with the chain before it? */
import sharp from 'sharp'
import { FwError } from '../core/errors.js'
import type { ModelSettings } from '../core/settings.js'
import type { Bundle } from '../inference/bundle.js'
import { openClassNets, type RgbPicture } from '../inference/class-nets.js'
import type { Labelled } from './labels.js'
import type { Evaluator } from './pictures.js'

/** Labels are class names or numbers from 0. */
export async function classEvaluator(
  bundle: Bundle,
  models: ModelSettings,
  options: { cores: number },
): Promise<Evaluator> {
  const nets = await openClassNets(bundle, models, options.cores)
  const { classes } = nets.manifest
  return {
    provider: nets.provider,
    async judge(path, row) {
      const label = classOf(row, classes)
      const { undefended, gated, purified, flagged } = await nets.classify(await readRgb(path))
      return { undefended: undefended === label, gated: gated === label, purified: purified === label, flagged }
    },
    close: nets.release,
  }
}

function classOf({ label, line }: Labelled, classes: readonly string[]): number {
  const named = classes.indexOf(label)
  const number = named >= 0 ? named : /^\d+$/.test(label) ? Number(label) : classes.length
  if (number < classes.length) return number
  throw new FwError(
    'FW_LABELS',
    `labels.csv:${line}: label '${label}' is no class, of ${classes.length} from '${classes[0]}'`,
  )
}

async function readRgb(path: string): Promise<RgbPicture> {
  try {
    const { data, info } = await sharp(path)
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { pixels: data, width: info.width, height: info.height }
  } catch (cause) {
    throw new FwError('FW_SOURCE', `${path}: ${(cause as Error).message}`, { cause })
  }
}
