/** Where in the picture a perturbation sits, from the network's map of local log-odds. */
import type { Box } from './verdict.js'

/** Local log-odds from which a cell counts as perturbed. */
const CELL_LOGIT = 0
/** A region this large, or scattered cells of which none leads, is the whole picture: no box. */
const WHOLE_SHARE = 0.6
const LEADING_SHARE = 0.6

/**
 * Bounding box of the largest 4-connected region of perturbed cells, in fractions of the frame.
 * `map`: columns * rows local log-odds in raster order. undefined: none, or no single place.
 */
export function boxOf(map: Float32Array, columns: number, rows: number): Box | undefined {
  const seen = new Uint8Array(map.length)
  let marked = 0
  let largest: Region | undefined
  for (let i = 0; i < map.length; i++) {
    if (seen[i] || map[i]! < CELL_LOGIT) continue
    const region = grow(map, columns, rows, i, seen)
    marked += region.cells
    if (!largest || region.cells > largest.cells) largest = region
  }
  if (!largest || largest.cells < LEADING_SHARE * marked) return undefined
  const [x, y] = [largest.left / columns, largest.top / rows]
  const [w, h] = [(largest.right + 1) / columns - x, (largest.bottom + 1) / rows - y]
  return w * h >= WHOLE_SHARE ? undefined : [x, y, w, h]
}

interface Region {
  cells: number
  left: number
  right: number
  top: number
  bottom: number
}

function grow(map: Float32Array, columns: number, rows: number, start: number, seen: Uint8Array): Region {
  const region: Region = { cells: 0, left: columns, right: 0, top: rows, bottom: 0 }
  const open = [start]
  seen[start] = 1
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = at % columns
    const y = (at - x) / columns
    region.cells++
    region.left = Math.min(region.left, x)
    region.right = Math.max(region.right, x)
    region.top = Math.min(region.top, y)
    region.bottom = Math.max(region.bottom, y)
    if (x > 0) visit(at - 1)
    if (x < columns - 1) visit(at + 1)
    if (y > 0) visit(at - columns)
    if (y < rows - 1) visit(at + columns)
  }
  return region

  function visit(cell: number): void {
    if (seen[cell] || map[cell]! < CELL_LOGIT) return
    seen[cell] = 1
    open.push(cell)
  }
}
