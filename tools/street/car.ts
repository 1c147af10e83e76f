/** Cars and vans as flat faces. */
import type { Car } from './traffic.js'

type Rgb = readonly [number, number, number]

/** A flat convex face: corners in metres (x, y, z each), its outward normal, its colour, and how much sky it mirrors. */
export interface Face {
  readonly corners: readonly (readonly [number, number, number])[]
  readonly normal: readonly [number, number, number]
  readonly rgb: Rgb
  readonly gloss: number
}

const GLASS: Rgb = [0.025, 0.03, 0.035]
const TYRE: Rgb = [0.018, 0.018, 0.019]
const LAMP: Rgb = [0.75, 0.74, 0.68]
const TAIL: Rgb = [0.4, 0.012, 0.01]
const PLATE: Rgb = [0.55, 0.55, 0.5]

/** Profile from tail to nose: [along, height] of belt and roof, metres from the middle. */
const SHAPES = {
  car: {
    length: 4.3,
    width: 1.78,
    sill: 0.3,
    belt: 0.86,
    roof: 1.43,
    back: -1.85,
    roofBack: -1.25,
    roofFront: 0.35,
    front: 1.15,
    inset: 0.17,
  },
  van: {
    length: 5.2,
    width: 1.95,
    sill: 0.36,
    belt: 1.12,
    roof: 2.15,
    back: -2.58,
    roofBack: -2.5,
    roofFront: 1.35,
    front: 1.95,
    inset: 0.1,
  },
} as const

/** Faces of `car`, with the inset of the roof and the wheels; corners in the street's metres. */
export function facesOf(car: Car): Face[] {
  const { x, z, heading } = car
  const at: Place = (right, up, along) => [x + right * heading, up, z + along * heading]
  return [...sides(car, at), ...body(car, at), ...lampsAndPlates(car, at)].map(([corners, n, rgb, gloss]) => {
    const length = Math.hypot(...n)
    return { corners, normal: [(n[0] * heading) / length, n[1] / length, (n[2] * heading) / length], rgb, gloss }
  })
}

/** To the right of the car's middle, up, and along its heading, metres; to the street's. */
type Place = (right: number, up: number, along: number) => readonly [number, number, number]
type Edge = (side: -1 | 1) => readonly [number, number, number]
/** Corners, normal as seen from the car (of any length), colour, gloss. */
type Part = readonly [Face['corners'], readonly [number, number, number], Rgb, number]

function sides({ kind, rgb }: Car, at: Place): Part[] {
  const { width, length, sill, belt, roof, back, roofBack, roofFront, front, inset } = SHAPES[kind]
  const [rear, nose] = [-length / 2, length / 2]
  return ([-1, 1] as const).flatMap((side): Part[] => {
    const x = (side * width) / 2
    const top = x - side * inset
    const glass = kind === 'van' ? rgb : GLASS
    return [
      [[at(x, sill, rear), at(x, belt, rear), at(x, belt, nose), at(x, sill, nose)], [side, 0.12, 0], rgb, 0.08],
      [
        [at(x, belt, back), at(top, roof, roofBack), at(top, roof, roofFront), at(x, belt, front)],
        [side, 0.3, 0],
        glass,
        0.16,
      ],
      ...[rear + 0.85, nose - 0.85].map((axle): Part => [wheel(at, x + side * 0.01, axle), [side, 0, 0], TYRE, 0]),
    ]
  })
}

/** From the bonnet over the roof to the boot, then nose and rear. */
function body({ kind, rgb }: Car, at: Place): Part[] {
  const { width, length, sill, belt, roof, back, roofBack, roofFront, front, inset } = SHAPES[kind]
  const [rear, nose] = [-length / 2, length / 2]
  const half = width / 2
  const top = half - inset
  const [low, bonnet] = [edge(half, sill, nose), edge(half, belt - 0.1, nose)]
  const [screenFoot, screenTop] = [edge(half, belt, front), edge(top, roof, roofFront)]
  const [rearTop, rearFoot] = [edge(top, roof, roofBack), edge(half, belt, back)]
  const [boot, bumper] = [edge(half, belt, rear), edge(half, sill, rear)]
  const between = (a: Edge, b: Edge) => [a(-1), a(1), b(1), b(-1)]
  return [
    [between(screenFoot, bonnet), [0, 1, 0.15], rgb, 0.14],
    [between(boot, rearFoot), [0, 1, 0], rgb, 0.12],
    [between(rearTop, screenTop), [0, 1, 0], rgb, 0.14],
    [between(screenFoot, screenTop), [0, 0.7, 0.8], GLASS, 0.24],
    [between(rearFoot, rearTop), [0, 0.35, -0.9], kind === 'van' ? rgb : GLASS, 0.2],
    [between(low, bonnet), [0, 0, 1], rgb, 0.06],
    [between(bumper, boot), [0, 0, -1], rgb, 0.06],
  ]

  /** Across the car, from its left end (-1) to its right one (1). */
  function edge(reach: number, up: number, along: number): Edge {
    return (side) => at(side * reach, up, along)
  }
}

function lampsAndPlates({ kind }: Car, at: Place): Part[] {
  const { width, length } = SHAPES[kind]
  const [rear, nose] = [-length / 2 - 0.02, length / 2 + 0.02]
  return [
    ...([-1, 1] as const).flatMap((side): Part[] => {
      const [a, b] = [side * (width / 2) * 0.62, side * (width / 2) * 0.97]
      return [
        [plate(at, a, b, 0.6, 0.74, nose), [0, 0, 1], LAMP, 0.1],
        [plate(at, a, b, 0.62, 0.8, rear), [0, 0, -1], TAIL, 0.05],
      ]
    }),
    [plate(at, -0.26, 0.26, 0.42, 0.53, nose), [0, 0, 1], PLATE, 0],
    [plate(at, -0.26, 0.26, 0.52, 0.63, rear), [0, 0, -1], PLATE, 0],
  ]
}

function plate(at: Place, left: number, right: number, low: number, high: number, along: number): Face['corners'] {
  return [at(left, low, along), at(right, low, along), at(right, high, along), at(left, high, along)]
}

function wheel(at: Place, x: number, along: number): Face['corners'] {
  return Array.from({ length: 14 }, (_, i) => {
    const a = (i * 2 * Math.PI) / 14
    return at(x, 0.33 + 0.33 * Math.sin(a), along + 0.33 * Math.cos(a))
  })
}

/** Corners of the box around `car`, for its shadow. */
export function carBox(car: Car): readonly (readonly [number, number, number])[] {
  const s = SHAPES[car.kind]
  return [-1, 1].flatMap((side) =>
    [
      [0.05, s.length / 2],
      [0.05, -s.length / 2],
      [s.roof, s.roofFront],
      [s.roof, s.roofBack],
      [s.belt, s.length / 2],
      [s.belt, -s.length / 2],
    ].map(([y, along]) => [car.x + (side * s.width) / 2, y!, car.z + along! * car.heading] as const),
  )
}
