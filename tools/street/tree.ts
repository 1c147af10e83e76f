/** Trees: crowns as clumps of leaves in a cloud of noise, which sight and sun march through; trunks are round. */
import { noise3 } from './chance.js'
import type { Tree } from './plan.js'

/** How much leaf there is at a point, above 0 inside a clump. */
export function leaf(tree: Tree, x: number, y: number, z: number, fine: boolean): number {
  const dx = (x - tree.x) / tree.radius
  const dy = (y - tree.trunk - tree.radius * 0.95) / (tree.radius * 1.15)
  const dz = (z - tree.z) / tree.radius
  const r = Math.sqrt(dx * dx + dy * dy + dz * dz)
  if (r > 1.15) return -1
  let v = 0.62 - 0.75 * r * r + 1.5 * (noise3(x * 1.1, y * 1.3, z * 1.1) - 0.5)
  if (v < -0.6) return v
  v += 0.7 * (noise3(x * 3.1, y * 3.4, z * 3.1) - 0.5)
  if (fine) v += 0.75 * (noise3(x * 9, y * 9, z * 9) - 0.5)
  return v
}

/** Where a line of sight first meets leaves: metres along it, or Infinity. Direction of length 1. */
export function crownHit(tree: Tree, ox: number, oy: number, oz: number, dx: number, dy: number, dz: number): number {
  const reach = tree.radius * 1.35
  const cx = tree.x - ox
  const cy = tree.trunk + tree.radius * 0.95 - oy
  const cz = tree.z - oz
  const middle = cx * dx + cy * dy + cz * dz
  const off2 = cx * cx + cy * cy + cz * cz - middle * middle
  if (off2 > reach * reach) return Infinity
  const half = Math.sqrt(reach * reach - off2)
  if (middle + half < 0) return Infinity
  const step = Math.max(0.07, middle * 0.0028)
  for (let t = Math.max(0.1, middle - half); t < middle + half; t += step) {
    const v = leaf(tree, ox + dx * t, oy + dy * t, oz + dz * t, true)
    if (v > 0) return t
    if (v < -0.5) t += step * 1.5
  }
  return Infinity
}

/** Share of sunlight, 0..1, that passes a crown on its way to a point. */
export function throughCrown(tree: Tree, x: number, y: number, z: number, sx: number, sy: number, sz: number): number {
  const reach = tree.radius * 1.3
  const cx = tree.x - x
  const cy = tree.trunk + tree.radius * 0.95 - y
  const cz = tree.z - z
  const middle = cx * sx + cy * sy + cz * sz
  const off2 = cx * cx + cy * cy + cz * cz - middle * middle
  if (off2 > reach * reach) return 1
  const half = Math.sqrt(reach * reach - off2)
  if (middle + half < 0.1) return 1
  let light = 1
  for (let t = Math.max(0.12, middle - half); t < middle + half && light > 0.03; t += 0.28) {
    const v = leaf(tree, x + sx * t, y + sy * t, z + sz * t, false)
    if (v > 0) light *= 1 - Math.min(0.75, v * 1.6)
  }
  return light
}
