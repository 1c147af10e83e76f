/** The drawn street: what a camera without noise would see of it at each of its frames. */
import { expose } from './exposure.js'
import { shrink } from './filter.js'
import { HEIGHT, WIDTH } from './lens.js'
import { lightAt } from './light.js'
import { drawMovers } from './movers.js'
import { addSky, newSky } from './sky.js'
import { traceStreet } from './standing.js'

/** Picked by eye: sun and shade in turn. */
const LIGHT_SEED = 15
const CLOUD_SEED = 14

export interface Street {
  /** Draws the moment `seconds` into an I420 picture of WIDTH x HEIGHT, limited range, BT.601. */
  draw(seconds: number, into: Uint8Array): void
}

/** Traces the standing street, about 3 s; then a picture takes some milliseconds. */
export function createStreet(): Street {
  const fine = traceStreet()
  const small = (plane: Float32Array) => shrink(plane, WIDTH, HEIGHT)
  const skyLit = fine.sky.map(small)
  const sunLit = fine.sun.map(small) as [Float32Array, Float32Array, Float32Array]
  const sky = newSky(small(fine.open), WIDTH, CLOUD_SEED)
  const planes = [0, 1, 2].map(() => new Float32Array(WIDTH * HEIGHT)) as [Float32Array, Float32Array, Float32Array]
  return {
    draw(seconds, into) {
      const light = lightAt(seconds, LIGHT_SEED)
      for (let c = 0; c < 3; c++) {
        const [out, bySky, bySun] = [planes[c]!, skyLit[c]!, sunLit[c]!]
        for (let i = 0; i < out.length; i++) out[i] = bySky[i]! * light.sky + bySun[i]! * light.sun
      }
      addSky(sky, seconds, light.sky, planes)
      drawMovers({ depth: fine.inverseDepth, sunLit }, light, seconds, planes)
      expose(planes, WIDTH, HEIGHT, light.exposure, into)
    },
  }
}
