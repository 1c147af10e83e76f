/** The street's plan, metres: what stands where. */

export const ROAD = { left: -3.7, right: 3.7, parkingLeft: -6 } as const
export const FRONT = { left: -9.2, right: 8.2 } as const
export const STREET_END = 92
export const CROSSING = { from: 15.2, to: 18.6 } as const

export interface House {
  readonly side: -1 | 1
  readonly from: number
  readonly to: number
  readonly front: number
  readonly eaves: number
  readonly wall: 'brick' | 'plaster'
  readonly rgb: readonly [number, number, number]
  readonly roof: readonly [number, number, number]
  readonly bay: number
  readonly shop?: readonly [number, number, number]
}

type Wall = House['wall']
type Rgb = readonly [number, number, number]
const tile: Rgb = [0.24, 0.11, 0.07]
const slate: Rgb = [0.1, 0.11, 0.13]

function house(
  side: -1 | 1,
  from: number,
  to: number,
  eaves: number,
  wall: Wall,
  rgb: Rgb,
  roof: Rgb,
  bay: number,
  shop?: Rgb,
): House {
  const step = 0.12 * ((Math.floor(from * 3) % 3) - 1)
  return {
    side,
    from,
    to,
    front: (side < 0 ? FRONT.left : FRONT.right) + side * step,
    eaves,
    wall,
    rgb,
    roof,
    bay,
    shop,
  }
}

export const HOUSES: readonly House[] = [
  house(-1, -4, 13.5, 9.6, 'brick', [0.3, 0.13, 0.085], slate, 2.5),
  house(-1, 13.5, 24.5, 10.4, 'plaster', [0.62, 0.53, 0.38], tile, 2.75, [0.05, 0.16, 0.11]),
  house(-1, 24.5, 33.5, 8.2, 'plaster', [0.5, 0.52, 0.5], slate, 2.25),
  house(-1, 33.5, 45, 11.6, 'brick', [0.38, 0.2, 0.12], tile, 2.3, [0.3, 0.04, 0.04]),
  house(-1, 45, 54, 9.2, 'plaster', [0.66, 0.6, 0.5], tile, 2.25),
  house(-1, 54, 68, 12.4, 'brick', [0.26, 0.15, 0.11], slate, 2.8),
  house(-1, 68, 80, 8.8, 'plaster', [0.56, 0.44, 0.33], tile, 2.4),
  house(1, -4, 12, 7.4, 'plaster', [0.5, 0.44, 0.36], tile, 2.7),
  house(1, 12, 21.5, 7, 'brick', [0.33, 0.16, 0.1], slate, 2.4),
  house(1, 21.5, 34, 8.6, 'plaster', [0.58, 0.56, 0.5], slate, 2.5, [0.06, 0.1, 0.22]),
  house(1, 34, 43, 6.6, 'plaster', [0.6, 0.5, 0.36], tile, 2.25),
  house(1, 43, 58, 9.4, 'brick', [0.34, 0.19, 0.13], tile, 2.5),
  house(1, 58, 80, 8, 'plaster', [0.5, 0.5, 0.48], slate, 2.75),
]

export interface Tree {
  readonly x: number
  readonly z: number
  readonly trunk: number
  readonly radius: number
}

export const TREES: readonly Tree[] = [
  { x: -7, z: 31, trunk: 2.9, radius: 2.1 },
  { x: -7.1, z: 44, trunk: 3.1, radius: 2.3 },
  { x: 5.6, z: 39, trunk: 2.8, radius: 2 },
  { x: -7, z: 58, trunk: 3, radius: 2.3 },
  { x: 5.7, z: 55, trunk: 3, radius: 2.2 },
  { x: -4, z: 88, trunk: 3, radius: 3.6 },
  { x: 4.5, z: 89, trunk: 3, radius: 3.4 },
]

/** Upright poles: lamp posts, a road sign, bollards. `arm` reaches over the road by that many metres, with a lamp at its end. */
export interface Pole {
  readonly x: number
  readonly z: number
  readonly height: number
  readonly radius: number
  readonly arm?: number
  readonly sign?: boolean
}

export const POLES: readonly Pole[] = [
  { x: -6.4, z: 24, height: 6.6, radius: 0.075, arm: 1.7 },
  { x: 4.2, z: 46, height: 6.6, radius: 0.075, arm: -1.7 },
  { x: -6.4, z: 68, height: 6.6, radius: 0.075, arm: 1.7 },
  { x: 4.3, z: 20.4, height: 2.9, radius: 0.035, sign: true },
  ...[0, 1, 2, 3].map((i) => ({ x: 4.15, z: 10.6 + i * 1.5 + (i > 2 ? 5 : 0), height: 0.95, radius: 0.06 })),
]
