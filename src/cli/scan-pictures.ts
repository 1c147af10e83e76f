/** PNGs of I420 frames. */
import sharp from 'sharp'
import { FwError } from '../core/errors.js'
import type { Frame } from '../core/frame.js'

type Size = Pick<Frame, 'width' | 'height'>

/** A step of 1/255 that was taken away shows as this many. */
const DIFFERENCE_GAIN = 8

/** `pixels` of `size` as an RGB PNG. Throws FW_EVIDENCE_DISK. */
export function writePicture(path: string, size: Size, pixels: Uint8Array): Promise<void> {
  return writePng(path, size, rgbOf(size, pixels))
}

/** What was taken away, `before - after`, on grey, 8 times as strong. Throws FW_EVIDENCE_DISK. */
export function writeDifference(path: string, before: Frame, after: Uint8Array): Promise<void> {
  const [a, b] = [rgbOf(before, before.pixels), rgbOf(before, after)]
  for (let i = 0; i < a.length; i++) a[i] = Math.max(0, Math.min(255, 128 + DIFFERENCE_GAIN * (a[i]! - b[i]!)))
  return writePng(path, before, a)
}

async function writePng(path: string, { width, height }: Size, rgb: Uint8Array): Promise<void> {
  try {
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(path)
  } catch (cause) {
    throw new FwError('FW_EVIDENCE_DISK', `${path}: ${(cause as Error).message}`, { cause })
  }
}

/** I420, limited range, BT.601, to RGB 0..255 [height, width, 3]. Source: ITU-R BT.601-7 2.5.3. */
function rgbOf({ width, height }: Size, pixels: Uint8Array): Uint8Array {
  const rgb = new Uint8ClampedArray(width * height * 3)
  const [luma, chroma] = [width * height, (width * height) / 4]
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++, out += 3) {
      const c = luma + (y >> 1) * (width >> 1) + (x >> 1)
      const [l, u, v] = [1.164383 * (pixels[y * width + x]! - 16), pixels[c]! - 128, pixels[c + chroma]! - 128]
      rgb[out] = l + 1.596027 * v
      rgb[out + 1] = l - 0.391762 * u - 0.812968 * v
      rgb[out + 2] = l + 2.017232 * u
    }
  }
  return new Uint8Array(rgb.buffer)
}
