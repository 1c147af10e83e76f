/** House fronts: brick or plaster, rows of windows that mirror the sky, shops, plinth, cornice and rain stains. */
import { lattice, layered2, noise2 } from './chance.js'
import type { House } from './plan.js'
import { band, paint, ramp, type Surface } from './surface.js'

const STOREY = 3.05
const GROUND_STOREY = 3.6

/** The front of `h` at `along` metres from its edge and `up` metres high; `far` metres away. */
export function frontAt(h: House, along: number, up: number, far: number, s: Surface): void {
  const soft = 0.006 + far * 0.0011
  const width = h.to - h.from
  wall(h, along, up, far, s)
  s.open = 0.42 + 0.5 * ramp(0, h.eaves, up)
  s.gloss = 0
  // A drain pipe hides each joint between houses.
  const pipe = Math.min(Math.abs(along - 0.3), 9)
  if (pipe < 0.07 + soft) paint(s, [0.2, 0.21, 0.2], 0.6 + 0.6 * (1 - pipe / (0.07 + soft)))
  if (up > h.eaves - 0.45) {
    cornice(h, up, soft, s)
    return
  }
  if (up < 0.5 && !h.shop) scale(s, 0.62)
  if (up < GROUND_STOREY && h.shop) {
    shop(h, along, up, width, soft, s)
    return
  }
  const margin = (width % h.bay) / 2
  const column = Math.floor((along - margin) / h.bay)
  if (along < margin || along > width - margin) return
  const storey = up < GROUND_STOREY ? 0 : 1 + Math.floor((up - GROUND_STOREY) / STOREY)
  const base = storey === 0 ? 0.35 : GROUND_STOREY + (storey - 1) * STOREY
  if (base + STOREY > h.eaves - 0.2) return
  const x = along - margin - (column + 0.5) * h.bay
  const door = storey === 0 && column === Math.floor(width / h.bay / 2)
  opening(
    x,
    up - base - (door ? -0.35 : 0.85),
    door,
    lattice(column, storey, Math.round(h.from * 10) + h.side),
    soft,
    s,
  )
}

function scale(s: Surface, k: number): void {
  s.r *= k
  s.g *= k
  s.b *= k
}

function wall(h: House, along: number, up: number, far: number, s: Surface): void {
  const seed = Math.round(h.from * 7) + (h.side > 0 ? 500 : 0)
  let v = 0.84 + 0.32 * layered2(along * 0.5, up * 0.35, 4, seed)
  v *= 1 - 0.22 * ramp(0.5, 0.75, noise2(along * 2.1, up * 0.16, seed + 9)) * ramp(0, 2, h.eaves - up + 0.8)
  v *= 0.8 + 0.2 * ramp(0, 1.3, up)
  if (h.wall === 'plaster') {
    v *= 1 + 0.12 * Math.min(1, 18 / far) * (noise2(along * 14, up * 14, seed + 3) - 0.5)
    paint(s, h.rgb, v)
    return
  }
  const fine = Math.min(1, 13 / far)
  const course = Math.floor(up / 0.15)
  const run = along / 0.46 + (course % 2) * 0.5
  const stone = lattice(Math.floor(run), course, seed)
  const fx = run - Math.floor(run)
  const fy = up / 0.15 - course
  const mortar = fx < 0.05 || fy < 0.14 ? fine : 0
  v *= 1 + fine * 0.55 * (stone - 0.5)
  paint(s, h.rgb, v)
  s.r += (0.36 * v - s.r) * mortar * 0.55
  s.g += (0.33 * v - s.g) * mortar * 0.55
  s.b += (0.29 * v - s.b) * mortar * 0.55
}

function cornice(h: House, up: number, soft: number, s: Surface): void {
  const d = h.eaves - up
  const lit = band(0.02, 0.28, soft, d)
  paint(s, h.wall === 'brick' ? [0.46, 0.43, 0.38] : h.rgb, lit > 0.5 ? 1.12 : 0.45)
  if (d < 0.1) paint(s, [0.15, 0.15, 0.15], 1)
}

/** A window or door; x from its middle, y from its lower edge. */
function opening(x: number, y: number, door: boolean, luck: number, soft: number, s: Surface): void {
  const half = door ? 0.55 : 0.58
  const height = door ? 2.5 : 1.62
  if (!door) {
    // The sill and the stain below it.
    const sill = band(-0.13, 0, soft, y) * band(-half - 0.1, half + 0.1, soft, x)
    mix(s, 0.5, 0.48, 0.44, sill)
    scale(s, 1 - 0.4 * band(-0.3, -0.13, soft, y) * band(-half - 0.06, half + 0.06, soft, x))
  }
  const inside = band(-half, half, soft, x) * band(0, height, soft, y)
  if (inside <= 0) {
    mix(s, 0.55, 0.53, 0.48, 0.55 * band(-half - 0.14, half + 0.14, soft, x) * band(-0.02, height + 0.16, soft, y))
    return
  }
  const fromEdge = Math.min(half - Math.abs(x), y, height - y)
  const frame = 1 - ramp(0.07 - soft, 0.07 + soft, fromEdge)
  const bars = door ? 0 : Math.max(band(-0.028, 0.028, soft, x), band(1.02, 1.07, soft, y))
  const deep = 1 - 0.6 * (1 - ramp(0.02, 0.3, height - y)) - 0.25 * (1 - ramp(0, 0.16, half + x))
  if (door) mix(s, 0.1 + 0.1 * luck, 0.06, 0.05 + 0.06 * (1 - luck), inside)
  else {
    const curtain = luck > 0.5 ? ramp(half * (0.2 + luck * 0.5), half, Math.abs(x)) : luck < 0.12 ? 1 : 0
    mix(s, 0.035 + 0.32 * curtain, 0.036 + 0.3 * curtain, 0.04 + 0.27 * curtain, inside)
    s.gloss = 0.42 * inside * (1 - frame) * (0.75 + 0.4 * luck)
  }
  const wood = Math.max(frame, bars) * inside
  mix(s, 0.6, 0.58, 0.54, wood * (door ? 0.5 : 0.92))
  s.gloss *= 1 - wood
  scale(s, deep)
  s.open *= 0.5 + 0.5 * deep
}

function mix(s: Surface, r: number, g: number, b: number, k: number): void {
  s.r += (r - s.r) * k
  s.g += (g - s.g) * k
  s.b += (b - s.b) * k
}

/** Shop windows over the whole front with a coloured board above and goods behind the glass. */
function shop(h: House, along: number, up: number, width: number, soft: number, s: Surface): void {
  const colour = h.shop ?? [0, 0, 0]
  if (up > 2.75 && up < 3.45) {
    const board = band(0.35, width - 0.35, soft, along)
    mix(s, colour[0], colour[1], colour[2], board)
    const letter = Math.floor(along / 0.34)
    const ink = lattice(letter, Math.floor(up / 0.12), 91) > 0.42 && letter % 6 !== 5 && along % 0.34 < 0.25
    if (ink && up > 2.93 && up < 3.27 && along > width * 0.24 && along < width * 0.74) mix(s, 0.72, 0.66, 0.46, 1)
    return
  }
  if (up >= 3.45) return
  const panel = 2.1
  const x = ((along - 0.4) % panel) - panel / 2
  const glass =
    band(-panel / 2 + 0.1, panel / 2 - 0.1, soft, x) * band(0.55, 2.6, soft, up) * band(0.4, width - 0.4, soft, along)
  mix(s, colour[0] * 0.7, colour[1] * 0.7, colour[2] * 0.7, 1)
  if (glass <= 0) return
  const goods = layered2(along * 1.7, up * 1.9, 3, 95)
  const shine = 0.06 + 0.26 * ramp(0.5, 0.72, goods) * (1 - ramp(1.2, 1.9, up)) + 0.1 * ramp(2.1, 2.5, up)
  mix(s, shine * 1.2, shine, shine * 0.8, glass)
  s.gloss = 0.3 * glass
}

/** A pitched roof of tiles or slates at `up` metres along its slope. */
export function roofAt(h: House, along: number, up: number, far: number, s: Surface): void {
  const fine = Math.min(1, 15 / far)
  const row = Math.floor(up / 0.3)
  const t = lattice(Math.floor(along / 0.24 + (row % 2) * 0.5), row, 97)
  let v = 0.85 + 0.35 * (t - 0.5) * fine + 0.4 * (layered2(along * 0.5, up * 0.6, 3, 98) - 0.5)
  if (up / 0.3 - row < 0.2) v *= 1 - 0.4 * fine
  paint(s, h.roof, v)
  s.open = 0.9
  s.gloss = 0.02
}
