/** A PNG of an I420 picture. */
import sharp from 'sharp'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'
import { i420ToRgb } from '../core/i420.js'

/** `pixels` in place of the frame's own. Throws FW_EVIDENCE_DISK. */
export async function writePng(path: string, frame: Frame, pixels: Uint8Array): Promise<void> {
  const { width, height } = frame
  try {
    await sharp(i420ToRgb(pixels, width, height), { raw: { width, height, channels: 3 } })
      .png()
      .toFile(path)
  } catch (cause) {
    throw new FwError('FW_EVIDENCE_DISK', `${path}: ${(cause as Error).message}`, { cause })
  }
}
