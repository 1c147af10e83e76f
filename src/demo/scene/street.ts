/** The drawn street camera: what it would send at each of its frames. */
import { burnIn, clockText } from './burn-in.js'
import { shrink } from './filter.js'
import { HEIGHT, WIDTH } from './lens.js'
import { lightAt } from './light.js'
import { drawMovers } from './movers.js'
import { expose, newSensor } from './sensor.js'
import { addSky, newSky } from './sky.js'
import { type Fine, traceStreet } from './standing.js'

export const RATE = 15
/** What the burnt-in clock shows at the first frame. */
const CLOCK_START_MS = Date.UTC(2026, 4, 12, 15, 41, 7)

/** The standing street is the same for every seed. */
let traced: Fine | undefined

export interface Street {
  readonly width: typeof WIDTH
  readonly height: typeof HEIGHT
  /** Draws frame `frame` (from 0, 15 a second) into an I420 picture, limited range, BT.601. */
  draw(frame: number, into: Uint8Array): void
}

/** Traces the standing street, about 3 s; then a frame takes a few milliseconds. The same seed gives the same pictures. */
export function createStreet(seed: number): Street {
  traced ??= traceStreet()
  const fine = traced
  const small = (plane: Float32Array) => shrink(plane, WIDTH, HEIGHT)
  const skyLit = fine.sky.map(small)
  const sunLit = fine.sun.map(small) as [Float32Array, Float32Array, Float32Array]
  const sky = newSky(small(fine.open), WIDTH, seed + 7)
  const sensor = newSensor(WIDTH, HEIGHT, seed)
  const planes = [0, 1, 2].map(() => new Float32Array(WIDTH * HEIGHT)) as [Float32Array, Float32Array, Float32Array]
  return {
    width: WIDTH,
    height: HEIGHT,
    draw(frame, into) {
      const seconds = frame / RATE
      const light = lightAt(seconds, seed + 3)
      for (let c = 0; c < 3; c++) {
        const [out, bySky, bySun] = [planes[c]!, skyLit[c]!, sunLit[c]!]
        for (let i = 0; i < out.length; i++) out[i] = bySky[i]! * light.sky + bySun[i]! * light.sun
      }
      addSky(sky, seconds, light.sky, ...planes)
      drawMovers({ depth: fine.inverseDepth, sunLit }, light, seconds, planes)
      expose(sensor, ...planes, light.exposure, into)
      burnIn(into, WIDTH, HEIGHT, clockText(CLOCK_START_MS + seconds * 1_000), 10, 10)
      burnIn(into, WIDTH, HEIGHT, 'CAM 03 STREET', 10, HEIGHT - 24)
    },
  }
}
