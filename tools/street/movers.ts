/** Draws what moves into the picture's linear planes: shadows first, then cars and people, by depth. */
import { carBox, facesOf } from './car.js'
import { EYE, HEIGHT, project, WIDTH } from './lens.js'
import { type Daylight, SKY_RGB, SUN, SUN_RGB, skyOn } from './light.js'
import { blend, cover, fillLimb, fillTriangle, newPatch, type Patch, type StreetDepth } from './patch.js'
import { type Car, carsAt, type Person, peopleAt } from './traffic.js'
import { sunAt } from './world.js'

type Point = readonly [number, number, number]
type Planes = readonly [Float32Array, Float32Array, Float32Array]

/** Nearer than this a shape would spread over the whole lens. */
const NEAR_M = 3
/** Share of the light that stays at the feet of a body. */
const UNDER = { car: 0.45, person: 0.85 }

export interface Standing {
  readonly depth: StreetDepth
  /** Light of the standing street by way of the sun, after the filter. */
  readonly sunLit: Planes
}

/** Adds everybody of the moment `seconds` to `planes`, which hold the standing street in `light`. */
export function drawMovers(standing: Standing, light: Daylight, seconds: number, planes: Planes): void {
  const cars = carsAt(seconds).filter((car) => car.z > EYE.z + NEAR_M)
  const people = peopleAt(seconds)
  const bodies = [
    ...cars.map((car) => ({ points: carBox(car), under: UNDER.car })),
    ...people.map((person) => ({ points: outline(person), under: UNDER.person })),
  ]
  castShadows(standing, light, bodies, planes)
  for (const { points, under } of bodies) shadeContact(standing, points, under, planes)
  const shapes = [
    ...cars.map((car) => ({ z: car.z, draw: () => drawCar(standing, light, car, planes) })),
    ...people.map((person) => ({ z: person.z, draw: () => drawPerson(standing, light, person, planes) })),
  ]
  for (const { draw } of shapes.sort((a, b) => b.z - a.z)) draw()
}

function patchOver(points: readonly Point[], spare: number): Patch | undefined {
  const p = new Float64Array(3)
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y, z] of points) {
    project(x, y, z, p, 0)
    if (p[2]! <= 0) return undefined
    left = Math.min(left, p[0]!)
    right = Math.max(right, p[0]!)
    top = Math.min(top, p[1]!)
    bottom = Math.max(bottom, p[1]!)
  }
  return newPatch(left - spare, top - spare, right + spare, bottom + spare)
}

function fillFan(patch: Patch, street: StreetDepth, corners: readonly Point[], colour: ArrayLike<number>): void {
  const triangle = new Float64Array(9)
  for (let i = 1; i + 1 < corners.length; i++) {
    for (const [k, corner] of [corners[0]!, corners[i]!, corners[i + 1]!].entries()) project(...corner, triangle, 3 * k)
    fillTriangle(patch, street, triangle, colour)
  }
}

/** Takes the sun's part from the ground where the box of a body stands in its way; where two do, once. */
function castShadows(
  { depth, sunLit }: Standing,
  light: Daylight,
  bodies: readonly { readonly points: readonly Point[] }[],
  planes: Planes,
): void {
  const taken = new Float32Array(WIDTH * HEIGHT)
  for (const { points } of bodies) {
    const onGround = points.map(([x, y, z]): Point => [x - (y * SUN.x) / SUN.y, 0.02, z - (y * SUN.z) / SUN.y])
    const shade = hull(onGround)
    const patch = patchOver(shade, 1)
    if (!patch) continue
    fillFan(patch, depth, shade, [0, 0, 0])
    cover(patch, (at, share) => {
      taken[at] = Math.max(taken[at]!, share)
    })
  }
  for (const [at, share] of taken.entries()) {
    if (share > 0) for (let c = 0; c < 3; c++) planes[c]![at]! -= sunLit[c]![at]! * light.sun * share * 0.92
  }
}

/** Darkens the ground at the feet of a body: `under` of its light stays. */
function shadeContact({ depth }: Standing, points: readonly Point[], under: number, planes: Planes): void {
  const feet = hull(points.map(([x, , z]): Point => [x, 0.02, z]))
  const patch = patchOver(feet, 1)
  if (!patch) return
  fillFan(patch, depth, feet, [0, 0, 0])
  cover(patch, (at, share) => {
    for (let c = 0; c < 3; c++) planes[c]![at]! *= 1 - share * (1 - under)
  })
}

function drawCar({ depth }: Standing, light: Daylight, car: Car, planes: Planes): void {
  const patch = patchOver(carBox(car), 2)
  if (!patch) return
  const sunny = sunAt(car.x, 1, car.z) * light.sun
  for (const face of facesOf(car)) {
    const [x, y, z] = face.corners[0]!
    const [nx, ny, nz] = face.normal
    if ((EYE.x - x) * nx + (EYE.y - y) * ny + (EYE.z - z) * nz <= 0) continue
    const lit = Math.max(0, nx * SUN.x + ny * SUN.y + nz * SUN.z) * sunny
    const mirrored = face.gloss * (0.35 + 0.65 * Math.max(0, ny))
    const colour = [0, 1, 2].map(
      (c) =>
        face.rgb[c]! * (SKY_RGB[c]! * skyOn(ny) * light.sky + SUN_RGB[c]! * lit) +
        mirrored * SKY_RGB[c]! * 2.1 * light.sky,
    )
    fillFan(patch, depth, face.corners, colour)
  }
  blend(patch, planes)
}

/** Box of a standing person, for the shadow. */
function outline({ x, z, height }: Person): Point[] {
  return [-0.2, 0.2].flatMap((dx) => [-0.16, 0.16].flatMap((dz) => [0, height].map((y): Point => [x + dx, y, z + dz])))
}

const SKIN = [0.42, 0.27, 0.2] as const
const HAIR = [0.05, 0.035, 0.025] as const

function drawPerson({ depth }: Standing, light: Daylight, person: Person, planes: Planes): void {
  const { x, z, dx, dz, height: h, step } = person
  const patch = patchOver(outline(person), 6)
  if (!patch) return
  const sunny = sunAt(x, 1, z) * light.sun
  /** A joint `along` the way, `aside` of it, at `y`; its radius in metres becomes pixels. */
  const joint = (along: number, aside: number, y: number, radius: number) => {
    const p = new Float64Array(4)
    project(x + dx * along + dz * aside, y, z + dz * along - dx * aside, p, 0)
    p[3] = Math.max(0.6, radius * p[2]! * 505)
    return p
  }
  const limb = (from: Float64Array, to: Float64Array, rgb: ArrayLike<number>) => {
    const colour = [0, 1, 2].map((c) => rgb[c]! * (SKY_RGB[c]! * 0.85 * light.sky + SUN_RGB[c]! * 0.45 * sunny))
    fillLimb(patch, depth, from, to, colour, (side) => 0.78 + 0.3 * side * sunny + 0.16 * (1 - side * side))
  }
  for (const side of [-1, 1] as const) {
    const swing = 0.27 * Math.sin(step) * side
    const lift = Math.max(0, Math.cos(step) * side) * 0.09
    const knee = joint(swing * 0.6, side * 0.09, h * 0.27 + lift, 0.075)
    limb(joint(0, side * 0.08, h * 0.5, 0.1), knee, person.legs)
    limb(knee, joint(swing, side * 0.09, 0.07 + lift, 0.06), person.legs)
    const hand = joint(-swing * 0.9, side * 0.27, h * 0.47, 0.045)
    limb(joint(0, side * 0.21, h * 0.79, 0.07), hand, person.coat)
  }
  limb(joint(0, -0.06, h * 0.77, 0.16), joint(0, -0.04, h * 0.5, 0.15), person.coat)
  limb(joint(0, 0.06, h * 0.77, 0.16), joint(0, 0.04, h * 0.5, 0.15), person.coat)
  limb(joint(0, 0, h * 0.91, 0.1), joint(0, 0, h * 0.935, 0.105), SKIN)
  limb(joint(-0.02, 0, h * 0.95, 0.105), joint(-0.03, 0, h * 0.965, 0.1), HAIR)
  blend(patch, planes)
}

/** Convex hull on the ground, in order. Source: Andrew 1979, monotone chain. */
function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[2] - b[2])
  const turn = (o: Point, a: Point, b: Point) => (a[0] - o[0]) * (b[2] - o[2]) - (a[2] - o[2]) * (b[0] - o[0])
  const half = (list: readonly Point[]) => {
    const kept: Point[] = []
    for (const p of list) {
      while (kept.length > 1 && turn(kept.at(-2)!, kept.at(-1)!, p) <= 0) kept.pop()
      kept.push(p)
    }
    return kept.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.reverse())]
}
