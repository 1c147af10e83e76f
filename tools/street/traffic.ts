/** Who is in the street and where: cars, a van, people; each comes again after a whole part of the street's round. Metres, seconds. */
import { STREET_END } from './plan.js'
import { ROUND_S } from './round.js'

type Rgb = readonly [number, number, number]

export interface Car {
  readonly kind: 'car' | 'van'
  readonly x: number
  readonly z: number
  /** 1 drives away from the camera, -1 towards it. */
  readonly heading: 1 | -1
  readonly rgb: Rgb
}

export interface Person {
  readonly x: number
  readonly z: number
  /** Direction of walking, length 1. */
  readonly dx: number
  readonly dz: number
  /** Phase of the steps, radians. */
  readonly step: number
  readonly height: number
  readonly coat: Rgb
  readonly legs: Rgb
}

interface Drive {
  readonly kind: Car['kind']
  readonly heading: 1 | -1
  readonly speed: number
  /** Seconds between two passes, and of the first one. */
  readonly every: number
  readonly first: number
  readonly rgb: Rgb
}

const NEAR_Z = 2
const LANE_X = 1.85

const DRIVES: readonly Drive[] = [
  { kind: 'car', heading: 1, speed: 9.5, every: ROUND_S / 2, first: -2, rgb: [0.42, 0.04, 0.035] },
  { kind: 'car', heading: -1, speed: 8.2, every: ROUND_S / 2, first: -5, rgb: [0.05, 0.1, 0.24] },
  { kind: 'van', heading: -1, speed: 7.4, every: ROUND_S, first: 6, rgb: [0.6, 0.6, 0.58] },
  { kind: 'car', heading: 1, speed: 8.7, every: ROUND_S / 2, first: 6, rgb: [0.3, 0.31, 0.32] },
  { kind: 'car', heading: -1, speed: 9, every: ROUND_S, first: 12, rgb: [0.06, 0.06, 0.065] },
]

interface Walk {
  readonly x: number
  readonly from: number
  readonly to: number
  readonly speed: number
  readonly every: number
  readonly first: number
  readonly height: number
  readonly coat: Rgb
  readonly legs: Rgb
}

const WALKS: readonly Walk[] = [
  {
    x: 5.9,
    from: 9,
    to: 60,
    speed: 1.35,
    every: ROUND_S,
    first: -6,
    height: 1.76,
    coat: [0.34, 0.07, 0.06],
    legs: [0.04, 0.05, 0.09],
  },
  {
    x: 6.7,
    from: 48,
    to: 8,
    speed: 1.25,
    every: ROUND_S,
    first: -2,
    height: 1.66,
    coat: [0.1, 0.17, 0.12],
    legs: [0.09, 0.08, 0.07],
  },
  {
    x: -7.4,
    from: 14,
    to: 70,
    speed: 1.45,
    every: ROUND_S,
    first: -3,
    height: 1.82,
    coat: [0.06, 0.07, 0.1],
    legs: [0.16, 0.14, 0.11],
  },
  {
    x: -6.9,
    from: 52,
    to: 11,
    speed: 1.3,
    every: ROUND_S,
    first: -13,
    height: 1.7,
    coat: [0.5, 0.42, 0.22],
    legs: [0.05, 0.05, 0.07],
  },
  {
    x: -8,
    from: 30,
    to: 66,
    speed: 1.2,
    every: ROUND_S,
    first: 4,
    height: 1.6,
    coat: [0.22, 0.22, 0.26],
    legs: [0.07, 0.05, 0.05],
  },
]

/** Crosses the road at the crossing, from left to right. */
const CROSSER = { z: 16.9, from: -6.6, to: 6.6, speed: 1.4, every: ROUND_S / 2, first: 11, height: 1.74 } as const
const STRIDE_PER_M = 4.3

export function carsAt(seconds: number): Car[] {
  return DRIVES.flatMap(({ kind, heading, speed, every, first, rgb }) => {
    const way = speed * sinceStart(seconds, first, every)
    const z = heading > 0 ? NEAR_Z + way : STREET_END - way
    return z > -4 && z < STREET_END ? [{ kind, heading, rgb, z, x: heading * LANE_X }] : []
  })
}

export function peopleAt(seconds: number): Person[] {
  const walkers = WALKS.flatMap(({ x, from, to, speed, every, first, height, coat, legs }) => {
    const way = speed * sinceStart(seconds, first, every)
    const dz = Math.sign(to - from)
    if (way > Math.abs(to - from)) return []
    return [
      {
        x: x + 0.12 * Math.sin(way * 0.4),
        z: from + dz * way,
        dx: 0,
        dz,
        step: way * STRIDE_PER_M,
        height,
        coat,
        legs,
      },
    ]
  })
  const way = CROSSER.speed * sinceStart(seconds, CROSSER.first, CROSSER.every)
  const x = CROSSER.from + way
  if (x > CROSSER.to) return walkers
  const { z, height } = CROSSER
  return [
    ...walkers,
    { x, z, dx: 1, dz: 0, step: way * STRIDE_PER_M, height, coat: [0.55, 0.5, 0.46], legs: [0.06, 0.08, 0.14] },
  ]
}

/** Seconds since the newest start; the starts are at first + n * every, n of any sign. */
function sinceStart(seconds: number, first: number, every: number): number {
  return (((seconds - first) % every) + every) % every
}
