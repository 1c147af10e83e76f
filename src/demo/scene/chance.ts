/** Chance that repeats: one generator and lattice noise, all by seed. */

/** Uniform numbers in [0, 1), the same sequence for the same seed. Source: mulberry32, T. Ettinger 2017. */
export function generator(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Two independent numbers of the standard normal distribution into `out` at `at`. Source: Box, Muller 1958. */
export function normalPair(next: () => number, out: Float32Array, at: number): void {
  const radius = Math.sqrt(-2 * Math.log(1 - next()))
  const angle = 2 * Math.PI * next()
  out[at] = radius * Math.cos(angle)
  out[at + 1] = radius * Math.sin(angle)
}

/** A number in [0, 1) for a lattice point. */
export function lattice(x: number, y: number, z: number): number {
  let h = Math.imul(x | 0, 374761393) ^ Math.imul(y | 0, 668265263) ^ Math.imul(z | 0, 1274126177)
  h = Math.imul(h ^ (h >>> 13), 1103515245)
  h ^= h >>> 16
  return (Math.imul(h, 2246822519) >>> 0) / 4294967296
}

const smooth = (t: number): number => t * t * (3 - 2 * t)

/** Value noise in 0..1 with features of size 1; `seed` picks the field. */
export function noise2(x: number, y: number, seed: number): number {
  const ix = Math.floor(x)
  const iy = Math.floor(y)
  const fx = smooth(x - ix)
  const fy = smooth(y - iy)
  const a = lattice(ix, iy, seed)
  const b = lattice(ix, iy + 1, seed)
  const top = a + (lattice(ix + 1, iy, seed) - a) * fx
  return top + (b + (lattice(ix + 1, iy + 1, seed) - b) * fx - top) * fy
}

/** Value noise in 0..1 in space, features of size 1. */
export function noise3(x: number, y: number, z: number): number {
  const iz = Math.floor(z)
  const near = noise2(x + iz * 37.7, y, iz)
  return near + (noise2(x + (iz + 1) * 37.7, y, iz + 1) - near) * smooth(z - iz)
}

/** Sum of `octaves` of noise2, each half as strong and twice as fine; 0..1. */
export function layered2(x: number, y: number, octaves: number, seed: number): number {
  let sum = 0
  let weight = 0.5
  let total = 0
  for (let i = 0; i < octaves; i++) {
    sum += weight * noise2(x, y, seed + i)
    total += weight
    x *= 2.03
    y *= 2.03
    weight /= 2
  }
  return sum / total
}
