/** The pattern of a perturbation, from a file. */
import sharp from 'sharp'
import { FwError } from '../core/errors.js'
import type { Pattern } from '../core/perturbation.js'

/** Reads an 8-bit grey PNG. Throws FW_SOURCE. */
export async function readPattern(path: string): Promise<Pattern> {
  try {
    const { data, info } = await sharp(path).extractChannel(0).raw().toBuffer({ resolveWithObject: true })
    return { values: data, width: info.width, height: info.height }
  } catch (cause) {
    throw new FwError('FW_SOURCE', `pattern ${path}: ${(cause as Error).message}`, { cause })
  }
}
