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
  const s = SHAPES[car.kind]
  const half = s.width / 2
  const rear = -s.length / 2
  const nose = s.length / 2
  const { rgb } = car
  const faces: Face[] = []
  const at = (x: number, y: number, along: number) => [car.x + x * car.heading, y, car.z + along * car.heading] as const
  const add = (corners: Face['corners'], n: readonly [number, number, number], colour: Rgb, gloss: number) => {
    const length = Math.hypot(...n)
    const normal = [(n[0] * car.heading) / length, n[1] / length, (n[2] * car.heading) / length] as const
    faces.push({ corners, normal, rgb: colour, gloss })
  }
  for (const side of [-1, 1] as const) {
    const x = side * half
    const top = side * (half - s.inset)
    add(
      [at(x, s.sill, rear), at(x, s.belt, rear), at(x, s.belt, nose), at(x, s.sill, nose)],
      [side, 0.12, 0],
      rgb,
      0.08,
    )
    add(
      [at(x, s.belt, s.back), at(top, s.roof, s.roofBack), at(top, s.roof, s.roofFront), at(x, s.belt, s.front)],
      [side, 0.3, 0],
      car.kind === 'van' ? rgb : GLASS,
      0.16,
    )
    for (const axle of [rear + 0.85, nose - 0.85]) add(wheel(at, x + side * 0.01, axle), [side, 0, 0], TYRE, 0)
  }
  add(
    [
      at(-half, s.belt, s.front),
      at(half, s.belt, s.front),
      at(half, s.belt - 0.1, nose),
      at(-half, s.belt - 0.1, nose),
    ],
    [0, 1, 0.15],
    rgb,
    0.14,
  )
  add(
    [at(-half, s.belt, rear), at(half, s.belt, rear), at(half, s.belt, s.back), at(-half, s.belt, s.back)],
    [0, 1, 0],
    rgb,
    0.12,
  )
  const roof = half - s.inset
  add(
    [
      at(-roof, s.roof, s.roofBack),
      at(roof, s.roof, s.roofBack),
      at(roof, s.roof, s.roofFront),
      at(-roof, s.roof, s.roofFront),
    ],
    [0, 1, 0],
    rgb,
    0.14,
  )
  add(
    [
      at(-half, s.belt, s.front),
      at(half, s.belt, s.front),
      at(roof, s.roof, s.roofFront),
      at(-roof, s.roof, s.roofFront),
    ],
    [0, 0.7, 0.8],
    GLASS,
    0.24,
  )
  add(
    [at(-half, s.belt, s.back), at(half, s.belt, s.back), at(roof, s.roof, s.roofBack), at(-roof, s.roof, s.roofBack)],
    [0, 0.35, -0.9],
    car.kind === 'van' ? rgb : GLASS,
    0.2,
  )
  add(
    [at(-half, s.sill, nose), at(half, s.sill, nose), at(half, s.belt - 0.1, nose), at(-half, s.belt - 0.1, nose)],
    [0, 0, 1],
    rgb,
    0.06,
  )
  add(
    [at(-half, s.sill, rear), at(half, s.sill, rear), at(half, s.belt, rear), at(-half, s.belt, rear)],
    [0, 0, -1],
    rgb,
    0.06,
  )
  for (const side of [-1, 1] as const) {
    const [a, b] = [side * half * 0.62, side * half * 0.97]
    add(plate(at, a, b, 0.6, 0.74, nose + 0.02), [0, 0, 1], LAMP, 0.1)
    add(plate(at, a, b, 0.62, 0.8, rear - 0.02), [0, 0, -1], TAIL, 0.05)
  }
  add(plate(at, -0.26, 0.26, 0.42, 0.53, nose + 0.02), [0, 0, 1], PLATE, 0)
  add(plate(at, -0.26, 0.26, 0.52, 0.63, rear - 0.02), [0, 0, -1], PLATE, 0)
  return faces
}

type Place = (x: number, y: number, along: number) => readonly [number, number, number]

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
