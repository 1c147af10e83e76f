/** The drawn camera: where it hangs, how it looks, and how its lens maps the street to pixels. Metres; x right, y up, z along the street. */
import { STREET } from '../../src/demo/recording.js'

export const { width: WIDTH, height: HEIGHT } = STREET
/** Everything is drawn at twice the size in both directions, then filtered down. */
export const OVER = 2

export const EYE = { x: 2.4, y: 5.6, z: 0 } as const
const FOCAL_PX = 505
const PITCH = (-13.2 * Math.PI) / 180
const YAW = (-7 * Math.PI) / 180
/** Barrel distortion: radius times 1 - BARREL r^2, r in focal lengths; a wide security lens bends straight lines a little. */
const BARREL = 0.055
const FAR_OUT = 2.2

const sinP = Math.sin(PITCH)
const cosP = Math.cos(PITCH)
const sinY = Math.sin(YAW)
const cosY = Math.cos(YAW)

/**
 * Where a point of the street falls: out[at] and out[at + 1] in pixels, out[at + 2] the inverse depth in 1/m.
 * A point behind the lens gets an inverse depth of 0 or less.
 */
export function project(x: number, y: number, z: number, out: Float64Array, at: number): void {
  const dx = x - EYE.x
  const dy = y - EYE.y
  const dz = z - EYE.z
  const ahead = dx * sinY + dz * cosY
  const depth = ahead * cosP + dy * sinP
  const nx = (dx * cosY - dz * sinY) / depth
  const ny = (dy * cosP - ahead * sinP) / depth
  const bend = 1 - BARREL * Math.min(FAR_OUT, nx * nx + ny * ny)
  out[at] = WIDTH / 2 + FOCAL_PX * nx * bend
  out[at + 1] = HEIGHT / 2 - FOCAL_PX * ny * bend
  out[at + 2] = 1 / depth
}

/** Direction of sight through pixel (px, py) into out[0..2], length 1; out[3] is depth per metre along it. */
export function sight(px: number, py: number, out: Float64Array): void {
  const bx = (px - WIDTH / 2) / FOCAL_PX
  const by = (HEIGHT / 2 - py) / FOCAL_PX
  const bent = bx * bx + by * by
  let r2 = bent
  for (let i = 0; i < 6; i++) r2 = bent / (1 - BARREL * r2) ** 2
  const grow = 1 / (1 - BARREL * r2)
  const nx = bx * grow
  const ny = by * grow
  const ahead = cosP - ny * sinP
  const length = Math.hypot(nx, ny, 1)
  out[0] = (nx * cosY + ahead * sinY) / length
  out[1] = (ny * cosP + sinP) / length
  out[2] = (ahead * cosY - nx * sinY) / length
  out[3] = 1 / length
}

/** Brightness at a pixel relative to the centre: a cheap lens loses a quarter in the corners. */
export function vignette(px: number, py: number): number {
  const r2 = ((px - WIDTH / 2) ** 2 + (py - HEIGHT / 2) ** 2) / (WIDTH ** 2 / 4 + HEIGHT ** 2 / 4)
  return 1 - 0.16 * r2 - 0.1 * r2 * r2
}
