/** Chance that repeats: lattice noise by seed. */

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

/** Value noise in 0..1 that comes round: `turn` and `turn` + 1 are the same; a turn is `length` features long. */
export function noiseRound(turn: number, length: number, seed: number): number {
  const radius = length / (2 * Math.PI)
  const angle = 2 * Math.PI * turn
  return noise2(radius * Math.cos(angle), radius * Math.sin(angle), seed)
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
