/** Sun, sky and what reaches the sensor of them. Linear light, about 1 for a white wall in the sun at noon. */
import { noiseRound } from './chance.js'
import { ROUND_S } from './round.js'

/** Towards the sun, length 1: behind the camera, to the right. */
const azimuth = (128 * Math.PI) / 180
const elevation = (43 * Math.PI) / 180
export const SUN = {
  x: Math.cos(elevation) * Math.sin(azimuth),
  y: Math.sin(elevation),
  z: Math.cos(elevation) * Math.cos(azimuth),
} as const

export const SUN_RGB = [1.62, 1.47, 1.22] as const
export const SKY_RGB = [0.3, 0.36, 0.46] as const
export const HAZE_RGB = [0.62, 0.68, 0.74] as const
/** Share of light that haze adds per metre of sight. */
export const HAZE_PER_M = 0.0035

/** The light of one moment: factors on the sun's and the sky's share, and the camera's slow exposure. */
export interface Daylight {
  readonly sun: number
  readonly sky: number
  readonly exposure: number
}

/** Clouds pass: the sun fades and returns over about 10 s, the sky brightens a little meanwhile; exposure follows in part. */
export function lightAt(seconds: number, seed: number): Daylight {
  const cover = (t: number): number => {
    const n = noiseRound(t / ROUND_S, ROUND_S / 9, seed)
    const fine = noiseRound(t / ROUND_S, ROUND_S / 2.7, seed + 1)
    return Math.min(1, Math.max(0, (n * 0.85 + fine * 0.15 - 0.42) * 3.2))
  }
  const now = cover(seconds)
  const before = (cover(seconds - 1) + cover(seconds - 2) + cover(seconds - 3)) / 3
  return { sun: 1 - 0.5 * now, sky: 1 + 0.1 * now, exposure: 1 + 0.16 * before }
}

/** Light from the sky on a surface by its normal's height: from above all of it, from below what the street gives back. */
export function skyOn(ny: number): number {
  return 0.62 + 0.38 * ny
}
