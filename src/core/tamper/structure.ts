/** Whether a picture still shows what a camera used to: edges of coarse brightness, region by region, in any light. */
import { select } from '../select.js'
import type { View } from './view.js'

/** Regions in which the structure is compared: a thing that stands before the camera leaves some of them alone. */
const ACROSS = 6
const DOWN = 4
/** Mean edge between neighbouring cells, in luma, below which a region shows nothing to know it by. */
const FLAT = 1.5
/** With fewer regions that show anything, nothing is said of the structure. */
const MIN_REGIONS = 5
/** Of the regions that can be compared, the one at this quantile speaks: six of seven may be hidden. */
const QUANTILE = 0.88
/** Regions that are this much alike count as seen. */
const SEEN = 0.7

/** What is compared of a picture: its coarse brightness, and its detail in the same cells. */
export type Cells = Pick<View, 'columns' | 'lines' | 'means' | 'detail'>

export interface Likeness {
  /** Correlation of the edges at the upper quantile of the regions, -1..1; undefined: there is too little to know the scene by. */
  readonly seen?: number
  /** Median change of detail, in nats, relative to coarse edges, over the regions that are seen; undefined: too few are. */
  readonly sharper?: number
  /** Change of the coarse edges over all regions, in nats. */
  readonly contrast: number
}

interface Region {
  ab: number
  aa: number
  bb: number
  n: number
  detailA: number
  detailB: number
  edgesA: number
  edgesB: number
}

/** Compares `now` with `before`, which have the same size. */
export function compare(now: Cells, before: Cells): Likeness {
  const regions = regionsOf(now, before)
  const scores: number[] = []
  const sharper: number[] = []
  let [edgesNow, edgesBefore] = [0, 0]
  for (const region of regions) {
    edgesNow += region.edgesA
    edgesBefore += region.edgesB
    if (region.n === 0 || region.edgesB / region.n < FLAT) continue
    const score = region.aa === 0 ? 0 : region.ab / Math.sqrt(region.aa * region.bb)
    scores.push(score)
    if (score < SEEN) continue
    const detail = 0.5 * Math.log((region.detailA + region.n) / (region.detailB + region.n))
    sharper.push(detail - Math.log(region.edgesA / region.edgesB))
  }
  scores.sort((a, b) => a - b)
  sharper.sort((a, b) => a - b)
  const contrast = Math.log((edgesNow + 1) / (edgesBefore + 1))
  const seen = scores.length < MIN_REGIONS ? undefined : scores[Math.floor(scores.length * QUANTILE)]!
  const enough = sharper.length >= MIN_REGIONS
  return { seen, sharper: enough ? sharper[sharper.length >> 1]! : undefined, contrast }
}

/** A picture is compared with several views, and a view with many pictures. */
const NOISES = new WeakMap<Float32Array, number>()

/** The noise of a picture, as detail: what its flattest tenth of cells has. */
function noiseOf({ detail }: Cells): number {
  const known = NOISES.get(detail)
  if (known !== undefined) return known
  const noise = select(detail.slice(), Math.floor(detail.length * 0.1))
  NOISES.set(detail, noise)
  return noise
}

function regionsOf(now: Cells, before: Cells): Region[] {
  const { columns, lines } = now
  const [noiseNow, noiseBefore] = [noiseOf(now), noiseOf(before)]
  const regions = Array.from({ length: ACROSS * DOWN }, () => ({
    ab: 0,
    aa: 0,
    bb: 0,
    n: 0,
    detailA: 0,
    detailB: 0,
    edgesA: 0,
    edgesB: 0,
  }))
  for (let y = 0; y + 1 < lines; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const region = regions[Math.floor((y * DOWN) / (lines - 1)) * ACROSS + Math.floor((x * ACROSS) / (columns - 1))]!
      const at = y * columns + x
      const ax = now.means[at + 1]! - now.means[at]!
      const ay = now.means[at + columns]! - now.means[at]!
      const bx = before.means[at + 1]! - before.means[at]!
      const by = before.means[at + columns]! - before.means[at]!
      region.ab += ax * bx + ay * by
      region.aa += ax * ax + ay * ay
      region.bb += bx * bx + by * by
      region.n++
      region.edgesA += Math.abs(ax) + Math.abs(ay)
      region.edgesB += Math.abs(bx) + Math.abs(by)
      region.detailA += Math.max(0, now.detail[at]! - noiseNow)
      region.detailB += Math.max(0, before.detail[at]! - noiseBefore)
    }
  }
  return regions
}
