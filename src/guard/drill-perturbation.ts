/** What a drill puts into decoded frames. */
import { readPattern } from '../camera/pattern-file.js'
import { type DrillRequest, isStaged } from '../core/drill.js'
import type { Frame } from '../core/frame.js'
import { type Perturbation, perturbation, randomSigns, tiled, UNIVERSAL_PATTERN } from '../core/perturbation.js'
import { staging } from '../core/tamper/staged.js'

/** As the attacks that were measured: one noise for three frames. */
const NOISE_FRAMES = 3

/** Returns a copy of a frame with the perturbation in its luma, or as if the camera had been tampered with. */
export type Perturb = (frame: Frame) => Frame

/** Throws FW_SOURCE where the shipped pattern cannot be read. */
export async function drillPerturbation({ attack, level }: DrillRequest): Promise<Perturb> {
  if (isStaged(attack)) return staging(attack)
  const epsilon255 = level * 255
  const pattern = attack === 'pattern' ? await readPattern(UNIVERSAL_PATTERN) : undefined
  let made: Perturbation | undefined
  let turn: number | undefined
  return (frame) => {
    const { width, height } = frame
    const now = pattern ? 0 : Math.floor(frame.seq / NOISE_FRAMES)
    if (made?.width !== width || made.height !== height || turn !== now) {
      const put = pattern ? tiled(pattern, width, height) : randomSigns(width, height, now + 1)
      made = perturbation(put, epsilon255)
      turn = now
    }
    const pixels = frame.pixels.slice()
    made.addTo(pixels)
    return { ...frame, pixels }
  }
}
