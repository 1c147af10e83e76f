/** From what ffmpeg decodes to what people see. */

/**
 * I420 (planar, limited range, BT.601) to packed RGB, `width * height * 3` bytes; width and height even.
 * A pixel takes the chroma of its 2x2 block. Source: ITU-R BT.601-7 2.5.3, in 16.16 fixed point.
 */
export function i420ToRgb(pixels: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const luma = width * height
  const half = width / 2
  const rgb = new Uint8ClampedArray(luma * 3)
  for (let y = 0; y < height; y++) {
    const chromaRow = luma + (y >> 1) * half
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      const l = 76_309 * (pixels[i]! - 16) + 32_768
      const u = pixels[chromaRow + (x >> 1)]! - 128
      const v = pixels[chromaRow + (luma >> 2) + (x >> 1)]! - 128
      rgb[i * 3] = (l + 104_597 * v) >> 16
      rgb[i * 3 + 1] = (l - 25_675 * u - 53_279 * v) >> 16
      rgb[i * 3 + 2] = (l + 132_201 * u) >> 16
    }
  }
  return new Uint8Array(rgb.buffer)
}
