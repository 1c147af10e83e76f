/** Road and pavement seen from above: asphalt with grain, patches and cracks, marks, kerbs, slabs. */
import { lattice, layered2, noise2 } from './chance.js'
import { CROSSING, FRONT, ROAD } from './plan.js'
import { band, paint, ramp, type Surface } from './surface.js'

/** The ground at (x, z); `far` is the distance in metres: what is finer than the pixels there fades to its mean. */
export function groundAt(x: number, z: number, far: number, s: Surface): void {
  s.nx = 0
  s.ny = 1
  s.nz = 0
  s.gloss = 0
  s.open = 0.45 + 0.55 * ramp(0, 5, Math.min(x - FRONT.left, FRONT.right - x))
  const leftKerb = ROAD.parkingLeft
  if (x > leftKerb && x < ROAD.right) road(x, z, far, s)
  else pavement(x < leftKerb ? leftKerb - x : x - ROAD.right, x, z, far, s)
}

function road(x: number, z: number, far: number, s: Surface): void {
  const grain = Math.min(1, 14 / far)
  let v = 0.118 + 0.035 * (layered2(x * 0.35, z * 0.12, 4, 11) - 0.5)
  v *= 1 + grain * (0.5 * (noise2(x * 28, z * 28, 21) - 0.5) + 0.42 * (noise2(x * 9, z * 9, 22) - 0.5))
  // Tyres polish two tracks in each lane; oil darkens the middle between them.
  const lane = Math.abs(x) - 1.85
  v *= 1 + 0.11 * (Math.exp(-(((Math.abs(lane) - 0.75) / 0.28) ** 2)) - 0.8 * Math.exp(-((lane / 0.3) ** 2)))
  if (x < ROAD.left) v *= 0.86 + 0.1 * noise2(x * 2, z * 0.7, 30)
  v *= 1 - 0.28 * patch(x, z)
  const crack = Math.abs(layered2(x * 0.55 + 3, z * 0.4, 3, 41) - 0.5)
  v *= 1 - 0.4 * (1 - ramp(0.002, 0.006 + 0.0003 * far, crack)) * ramp(0.45, 0.6, noise2(x * 0.3, z * 0.15, 45)) * grain
  v *=
    1 -
    0.35 * band(ROAD.right - 0.28, ROAD.right + 1, 0.08, x) -
    0.3 * band(ROAD.parkingLeft - 1, ROAD.parkingLeft + 0.25, 0.08, x)
  v *= 1 - 0.5 * manhole(x, z)
  paint(s, [1.0, 0.985, 0.95], v)
  const soft = 0.008 + far * 0.0009
  const worn = 0.72 + 0.28 * ramp(0.3, 0.55, layered2(x * 3.1, z * 2.4, 3, 51))
  mark(s, marks(x, z, soft) * worn * 0.92)
}

/** Share of paint on the road. */
function marks(x: number, z: number, soft: number): number {
  const clear = 1 - band(CROSSING.from - 2.2, CROSSING.to + 2.2, 0.05, z)
  const dash = (((z + 1.2) % 6) + 6) % 6
  const centre = band(-0.07, 0.07, soft, x) * band(0, 2.8, soft * 3, dash) * clear
  const side = band(3.28, 3.4, soft, x) * clear
  const bayEdge = band(-3.76, -3.66, soft, x) * band(21.5, 200, 0.1, z)
  const bay =
    band(-5.8, -3.7, soft, x) * band(0, 0.1, soft * 3, (((z - 22) % 5.6) + 5.6) % 5.6) * band(21.8, 200, 0.1, z)
  const stripe = (((x + 0.28) % 1.06) + 1.06) % 1.06
  const zebra =
    band(0.03, 0.53, soft, stripe) * band(CROSSING.from, CROSSING.to, soft * 3, z) * band(-3.5, 3.5, soft, x)
  const stop = band(CROSSING.from - 1.5, CROSSING.from - 1.15, soft * 3, z) * band(0.15, 3.3, soft, x)
  const stopFar = band(CROSSING.to + 1.15, CROSSING.to + 1.5, soft * 3, z) * band(-3.4, -0.15, soft, x)
  return Math.max(centre, side * 0.8, zebra, stop, stopFar, bay * 0.7, bayEdge * 0.7)
}

function mark(s: Surface, amount: number): void {
  s.r += (0.56 - s.r) * amount
  s.g += (0.56 - s.g) * amount
  s.b += (0.53 - s.b) * amount
}

/** Where the road was opened and closed again. */
function patch(x: number, z: number): number {
  const wobble = 0.05 * (noise2(x * 4, z * 4, 61) - 0.5)
  const a = band(0.7, 2.5, 0.02, x + wobble) * band(19.6, 24.4, 0.03, z + wobble)
  const b = band(-2.9, -1.9, 0.02, x + wobble) * band(9, 13.2, 0.03, z + wobble)
  const c = band(-0.6, 3, 0.02, x + wobble) * band(41, 43, 0.05, z + wobble)
  return Math.max(a, b, c * 0.8)
}

function manhole(x: number, z: number): number {
  const one = Math.hypot(x - 1.4, z - 13)
  const two = Math.hypot(x + 1.2, z - 27.5)
  const d = Math.min(one, two)
  return (
    (1 - ramp(0.3, 0.33, d)) *
    (0.55 + 0.45 * ramp(0.24, 0.28, d)) *
    (0.8 + 0.2 * Math.sign(Math.sin(x * 60) * Math.sin(z * 60)))
  )
}

/** Slabs behind a kerb stone; `off` is the distance from the road's edge. */
function pavement(off: number, x: number, z: number, far: number, s: Surface): void {
  const soft = 0.006 + far * 0.0008
  const fine = Math.min(1, 16 / far)
  if (off < 0.26) {
    const face = 1 - ramp(0.09 - soft, 0.09 + soft, off)
    const joint = 1 - 0.35 * fine * (1 - ramp(0.012, 0.02 + soft, Math.abs((((z % 1) + 1) % 1) - 0.5)))
    const v = (0.33 + 0.05 * lattice(Math.floor(z + 0.5), x > 0 ? 1 : 0, 71)) * (1 - 0.45 * face) * joint
    paint(s, [1, 0.99, 0.96], v * (0.92 + 0.16 * noise2(x * 20, z * 20, 72)))
    return
  }
  const size = 0.62
  const row = Math.floor(x / size)
  const shifted = z / size + (row % 2 === 0 ? 0 : 0.5)
  const fx = x / size - row
  const fz = shifted - Math.floor(shifted)
  const edge = Math.min(fx, 1 - fx, fz, 1 - fz) * size
  const joint = (1 - ramp(0.006, 0.014 + soft, edge)) * 0.42 * fine
  let v = 0.255 + 0.05 * fine * (lattice(row, Math.floor(shifted), 81) - 0.5)
  v *= 0.85 + 0.3 * layered2(x * 0.8, z * 0.5, 4, 82)
  v *= 1 + fine * 0.25 * (noise2(x * 24, z * 24, 83) - 0.5)
  paint(s, [1, 0.965, 0.9], v * (1 - joint))
}
