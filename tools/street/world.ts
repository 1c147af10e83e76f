/** Lines of sight through the standing street: what they meet first, and whether the sun reaches there. */
import { layered2, noise3 } from './chance.js'
import { frontAt, roofAt } from './facade.js'
import { groundAt } from './ground.js'
import { SUN } from './light.js'
import { HOUSES, type House, POLES, type Pole, STREET_END, TREES } from './plan.js'
import { paint, type Surface } from './surface.js'
import { crownHit, leaf, throughCrown } from './tree.js'

const ROOF_RUN = 4.6
const ROOF_RISE = 3.1
const DEPTH = 9

/** What a line of sight met: metres along it, and which thing. Reused. */
export interface Hit {
  t: number
  kind: 'sky' | 'ground' | 'front' | 'side' | 'roof' | 'crown' | 'trunk' | 'pole' | 'lamp' | 'end'
  house: House | undefined
  index: number
}

export function newHit(): Hit {
  return { t: Infinity, kind: 'sky', house: undefined, index: -1 }
}

/** The first thing on the line from o in direction d (length 1). */
export function trace(ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, hit: Hit): void {
  hit.t = Infinity
  hit.kind = 'sky'
  hit.house = undefined
  if (dy < 0) meet(hit, -oy / dy, 'ground')
  for (const h of HOUSES) if (h.side * dx > 0) meetHouse(h, ox, oy, oz, dx, dy, dz, hit)
  if (dz > 0) {
    const t = (STREET_END - oz) / dz
    const y = oy + dy * t
    const skyline = 8.6 + 2.2 * (layered2((ox + dx * t) * 0.06, 1, 1, 5) > 0.5 ? 1 : 0)
    if (y < skyline && y > 0) meet(hit, t, 'end')
  }
  for (let i = 0; i < POLES.length; i++) meetPole(POLES[i]!, i, ox, oy, oz, dx, dy, dz, hit)
  for (let i = 0; i < TREES.length; i++) {
    const tree = TREES[i]!
    const trunk = roundHit(tree.x, tree.z, 0.14, tree.trunk + 0.8, ox, oy, oz, dx, dy, dz)
    if (meet(hit, trunk, 'trunk')) hit.index = i
    if (meet(hit, crownHit(tree, ox, oy, oz, dx, dy, dz), 'crown')) hit.index = i
  }
}

function meet(hit: Hit, t: number, kind: Hit['kind']): boolean {
  if (t < 1e-3 || t >= hit.t) return false
  hit.t = t
  hit.kind = kind
  return true
}

function meetHouse(h: House, ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, hit: Hit): void {
  const t = (h.front - ox) / dx
  const z = oz + dz * t
  const y = oy + dy * t
  if (z >= h.from && z < h.to && y > 0 && y < h.eaves && meet(hit, t, 'front')) hit.house = h
  // The roof: eaves + rise * (distance behind the front) / run.
  const pitch = ROOF_RISE / ROOF_RUN
  const rise = dy - pitch * h.side * dx
  const tr = (h.eaves - oy + pitch * h.side * (ox - h.front)) / rise
  const back = h.side * (ox + dx * tr - h.front)
  const zr = oz + dz * tr
  if (back > -0.3 && back < ROOF_RUN && zr >= h.from && zr < h.to && meet(hit, tr, 'roof')) hit.house = h
  if (dz > 0) {
    const ts = (h.from - oz) / dz
    const bs = h.side * (ox + dx * ts - h.front)
    const ys = oy + dy * ts
    if (bs > 0 && bs < DEPTH && ys > 0 && ys < h.eaves + pitch * Math.min(bs, ROOF_RUN) && meet(hit, ts, 'side'))
      hit.house = h
  }
}

function roundHit(
  x: number,
  z: number,
  radius: number,
  height: number,
  ox: number,
  oy: number,
  oz: number,
  dx: number,
  dy: number,
  dz: number,
): number {
  const a = dx * dx + dz * dz
  const b = (ox - x) * dx + (oz - z) * dz
  const c = (ox - x) ** 2 + (oz - z) ** 2 - radius * radius
  const d = b * b - a * c
  if (d < 0) return Infinity
  const t = (-b - Math.sqrt(d)) / a
  const y = oy + dy * t
  return t > 0 && y >= 0 && y <= height ? t : Infinity
}

function meetPole(
  p: Pole,
  index: number,
  ox: number,
  oy: number,
  oz: number,
  dx: number,
  dy: number,
  dz: number,
  hit: Hit,
): void {
  if (meet(hit, roundHit(p.x, p.z, p.radius, p.height, ox, oy, oz, dx, dy, dz), 'pole')) hit.index = index
  if (dz === 0 || (!p.arm && !p.sign)) return
  const t = (p.z - oz) / dz
  const x = ox + dx * t - p.x
  const y = oy + dy * t
  if (p.sign) {
    if (Math.hypot(x, y - p.height + 0.3) < 0.32 && meet(hit, t - 0.02, 'lamp')) hit.index = index
    return
  }
  const arm = p.arm!
  const out = x / arm
  if (out > 0 && out < 1 && Math.abs(y - p.height - 0.35 * Math.sin(out * 1.57)) < 0.05 && meet(hit, t, 'pole'))
    hit.index = index
  if (Math.abs(x - arm) < 0.36 && Math.abs(y - p.height - 0.33) < 0.09 && meet(hit, t, 'lamp')) hit.index = index
}

/** Share of sun, 0..1, at a point: houses and poles block it, crowns let some through. */
export function sunAt(x: number, y: number, z: number): number {
  for (const h of HOUSES) {
    const back = h.side * (h.front - x)
    if (h.side * SUN.x <= 0 || back < 0) continue
    const t = back / Math.abs(SUN.x)
    for (const behind of [0, ROOF_RUN]) {
      const tb = t + behind / Math.abs(SUN.x)
      const zs = z + SUN.z * tb
      if (zs >= h.from && zs < h.to && y + SUN.y * tb < h.eaves + (behind > 0 ? ROOF_RISE : 0)) return 0
    }
  }
  let light = 1
  for (const p of POLES) {
    if (roundHit(p.x, p.z, p.radius, p.height, x, y, z, SUN.x, SUN.y, SUN.z) < Infinity) return 0
  }
  for (const tree of TREES) {
    if (Math.abs(x - tree.x) > 12 || Math.abs(z - tree.z) > 12) continue
    if (roundHit(tree.x, tree.z, 0.14, tree.trunk + 0.8, x, y, z, SUN.x, SUN.y, SUN.z) < Infinity) return 0
    light *= throughCrown(tree, x, y, z, SUN.x, SUN.y, SUN.z)
  }
  return light
}

/** The surface at a hit; (x, y, z) is the point met. */
export function surfaceAt(hit: Hit, x: number, y: number, z: number, s: Surface): void {
  const h = hit.house
  s.gloss = 0
  s.open = 0.8
  if (hit.kind === 'ground') groundAt(x, z, hit.t, s)
  else if (hit.kind === 'front' && h) {
    turn(s, -h.side, 0, 0)
    frontAt(h, z - h.from, y, hit.t, s)
  } else if (hit.kind === 'side' && h) {
    turn(s, 0, 0, -1)
    paint(s, h.rgb, 0.75 + 0.3 * layered2(x * 0.6, y * 0.4, 4, 13))
  } else if (hit.kind === 'roof' && h) {
    const l = Math.hypot(ROOF_RISE, ROOF_RUN)
    turn(s, (-h.side * ROOF_RISE) / l, ROOF_RUN / l, 0)
    roofAt(h, z - h.from, h.side * (x - h.front) * 1.2, hit.t, s)
  } else if (hit.kind === 'end') {
    const window = Math.sin(x * 2.4) > 0.25 && Math.sin(y * 2.1 + 0.7) > -0.1 && y > 0.8
    turn(s, 0, 0, -1)
    paint(s, [0.5, 0.44, 0.36], (window ? 0.25 : 0.85) + 0.3 * (layered2(x * 0.3, y * 0.2, 3, 15) - 0.5))
    if (window) s.gloss = 0.25
  } else if (hit.kind === 'crown') crown(hit.index, x, y, z, s)
  else if (hit.kind === 'trunk') {
    const tree = TREES[hit.index]!
    turn(s, (x - tree.x) / 0.14, 0, (z - tree.z) / 0.14)
    paint(s, [0.14, 0.115, 0.09], 0.7 + 0.6 * noise3(x * 12, y * 3, z * 12))
  } else post(hit, x, y, z, s)
}

function turn(s: Surface, nx: number, ny: number, nz: number): void {
  s.nx = nx
  s.ny = ny
  s.nz = nz
}

function crown(index: number, x: number, y: number, z: number, s: Surface): void {
  const tree = TREES[index]!
  const e = 0.16
  const at = leaf(tree, x, y, z, false)
  const gx = at - leaf(tree, x + e, y, z, false)
  const gy = at - leaf(tree, x, y + e, z, false) + 0.05
  const gz = at - leaf(tree, x, y, z + e, false)
  const l = Math.hypot(gx, gy, gz) || 1
  turn(s, gx / l, gy / l, gz / l)
  const kind = noise3(x * 7, y * 7, z * 7)
  paint(s, [0.085 + 0.05 * kind, 0.13 + 0.04 * kind, 0.04], 0.75 + 0.5 * kind)
  s.open = 0.35 + 0.5 * Math.max(0, s.ny)
}

function post(hit: Hit, x: number, y: number, z: number, s: Surface): void {
  const p = POLES[hit.index]!
  if (hit.kind === 'lamp') head(p, x, y, s)
  else upright(p, x, y, z, s)
}

/** The lamp, or the round sign, at the top of a pole. */
function head(p: Pole, x: number, y: number, s: Surface): void {
  turn(s, 0, 0.3, -0.95)
  const r = Math.hypot(x - p.x, y - p.height + 0.3)
  if (!p.sign) paint(s, [0.36, 0.37, 0.37], y > p.height + 0.3 ? 1 : 1.7)
  else paint(s, r > 0.24 ? [0.5, 0.03, 0.03] : [0.72, 0.72, 0.7], Math.abs(x - p.x) < 0.05 && r < 0.16 ? 0.1 : 1)
}

function upright(p: Pole, x: number, y: number, z: number, s: Surface): void {
  const l = Math.max(0.02, Math.hypot(x - p.x, z - p.z))
  turn(s, (x - p.x) / l, 0, (z - p.z) / l)
  const dark = p.height < 1.5
  paint(s, dark && y > 0.7 && y < 0.82 ? [0.7, 0.7, 0.68] : dark ? [0.05, 0.05, 0.055] : [0.3, 0.31, 0.31], 1)
}
