/** The standing street, traced once: what each pixel gets from the sky, from the sun, and how deep it lies. */
import { EYE, HEIGHT, OVER, sight, vignette, WIDTH } from './lens.js'
import { HAZE_PER_M, HAZE_RGB, SKY_RGB, SUN, SUN_RGB, skyOn } from './light.js'
import { newSurface, type Surface } from './surface.js'
import { type Hit, newHit, sunAt, surfaceAt, trace } from './world.js'

/** Planes at twice the picture's size. Colours are linear light before exposure. */
export interface Fine {
  readonly width: number
  readonly height: number
  /** Light that comes by way of the sky, and by way of the sun: three planes each. */
  readonly sky: readonly [Float32Array, Float32Array, Float32Array]
  readonly sun: readonly [Float32Array, Float32Array, Float32Array]
  /** 1 where the open sky shows. */
  readonly open: Float32Array
  /** 1 / depth in metres; 0 for the sky. */
  readonly inverseDepth: Float32Array
}

function planes(n: number): [Float32Array, Float32Array, Float32Array] {
  return [new Float32Array(n), new Float32Array(n), new Float32Array(n)]
}

/** Traces 1280 x 720 lines of sight; about 2 s. */
export function traceStreet(): Fine {
  const width = WIDTH * OVER
  const height = HEIGHT * OVER
  const n = width * height
  const fine: Fine = {
    width,
    height,
    sky: planes(n),
    sun: planes(n),
    open: new Float32Array(n),
    inverseDepth: new Float32Array(n),
  }
  const d = new Float64Array(4)
  const hit = newHit()
  const s = newSurface()
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const px = (x + 0.5) / OVER
      const py = (y + 0.5) / OVER
      sight(px, py, d)
      trace(EYE.x, EYE.y, EYE.z, d[0]!, d[1]!, d[2]!, hit)
      sample(fine, y * width + x, d, hit, s, vignette(px, py))
    }
  }
  return fine
}

function sample(fine: Fine, at: number, d: Float64Array, hit: Hit, s: Surface, vign: number): void {
  if (hit.kind === 'sky') {
    fine.open[at] = vign
    return
  }
  const x = EYE.x + d[0]! * hit.t
  const y = EYE.y + d[1]! * hit.t
  const z = EYE.z + d[2]! * hit.t
  fine.inverseDepth[at] = 1 / (hit.t * d[3]!)
  surfaceAt(hit, x, y, z, s)
  const facing = Math.max(0, s.nx * SUN.x + s.ny * SUN.y + s.nz * SUN.z)
  const leafy = hit.kind === 'crown' ? 0.25 : 0
  const lit =
    facing + leafy > 0 ? sunAt(x + s.nx * 0.03, y + s.ny * 0.03, z + s.nz * 0.03) * (facing * (1 - leafy) + leafy) : 0
  const clear = Math.exp(-HAZE_PER_M * hit.t) * vign
  const sky = skyOn(s.ny) * s.open
  const mirrored = s.gloss > 0 ? s.gloss * mirror(s, d, y) : 0
  const albedo = [s.r, s.g, s.b]
  for (let c = 0; c < 3; c++) {
    const own = albedo[c]! * (1 - s.gloss)
    fine.sky[c]![at] =
      (own * (SKY_RGB[c]! * sky + bounce(s) * SUN_RGB[c]!) + mirrored * HAZE_RGB[c]!) * clear +
      HAZE_RGB[c]! * (vign - clear)
    fine.sun[c]![at] = own * SUN_RGB[c]! * lit * clear
  }
}

/** Sunlight that the lit side of the street throws back onto walls in the shade. */
function bounce(s: Surface): number {
  return 0.05 * s.open * (1 + Math.max(0, -s.nx))
}

/** What a window shows: the houses across the street, or the sky above them. */
function mirror(s: Surface, d: Float64Array, y: number): number {
  const along = 2 * (d[0]! * s.nx + d[1]! * s.ny + d[2]! * s.nz)
  const rx = d[0]! - along * s.nx
  const ry = d[1]! - along * s.ny
  const rise = y + (ry / Math.max(0.08, Math.abs(rx))) * 17
  return rise > 9 ? 1.25 : rise > 3 ? 0.3 : 0.16
}
