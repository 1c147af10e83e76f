/** Golden frames: what a bundle says of them where it was made, and must say here before it judges anything. */
import { gunzipSync } from 'node:zlib'
import { FwError } from '../core/errors.js'
import { i420Bytes } from '../core/frame.js'
import type { Bundle } from './bundle.js'
import type { Nets } from './chain.js'
import type { CameraManifest } from './manifest.js'

/**
 * Runs every golden frame of the bundle; how many there are. A network that computes something else on this machine (a
 * broken kernel, other weights, another colour) would guard nothing and look well. Throws FW_MODEL_GOLDEN.
 */
export async function checkGolden(
  { manifest, files }: Bundle,
  nets: Nets & { readonly manifest: Pick<CameraManifest, 'golden'>; readonly provider: string },
): Promise<number> {
  const { frames = [], tolerance } = nets.manifest.golden ?? {}
  for (const { file, width, height, screen, chain, level } of frames) {
    const pixels = unpacked(files.get(file)!, i420Bytes(width, height))
    if (!pixels)
      throw new FwError('FW_MODEL_GOLDEN', `bundle ${manifest.name}: ${file} is no frame of ${width}x${height}`)
    const [screened, chained] = [
      await nets.screen({ pixels, width, height }),
      await nets.chain({ pixels, width, height }),
    ]
    for (const [what, is, due, bound] of [
      ['screen', screened.score, screen, tolerance!.score],
      ['chain', chained.score, chain, tolerance!.score],
      ['level', chained.level, level, tolerance!.level],
    ] as const)
      if (Math.abs(is - due) > bound)
        throw new FwError(
          'FW_MODEL_GOLDEN',
          `bundle ${manifest.name} on ${nets.provider}: ${what} of ${file} is ${is.toFixed(4)}, golden ${due.toFixed(4)}, within ${bound}`,
        )
  }
  return frames.length
}

function unpacked(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    const pixels = new Uint8Array(gunzipSync(bytes, { maxOutputLength: length }))
    return pixels.length === length ? pixels : undefined
  } catch {
    return undefined // no gzip, or more than a frame
  }
}
