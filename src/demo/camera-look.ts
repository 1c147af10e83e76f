/** What a camera adds to what it sees: the noise of its sensor, its clock, its name. */
import { burnIn, clockText } from './burn-in.js'
import { STREET } from './recording.js'
import { sensorNoise } from './sensor-noise.js'

const NAME = 'CAM 03 STREET'
/** What the burnt-in clock shows at the first frame. */
const CLOCK_START_MS = Date.UTC(2026, 4, 12, 15, 41, 7)
const NOISE_SEED = 7

/** Puts the street camera's look on picture number `frame` of its recording, in place. */
export type CameraLook = (pixels: Uint8Array, frame: number) => void

export function streetLook(): CameraLook {
  const { width, height, rate } = STREET
  const noise = sensorNoise(width, height, NOISE_SEED)
  return (pixels, frame) => {
    noise.addTo(pixels)
    burnIn(pixels, width, height, clockText(CLOCK_START_MS + (frame * 1_000) / rate), 10, 10)
    burnIn(pixels, width, height, NAME, 10, height - 24)
  }
}
