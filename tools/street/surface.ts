/** What a point of the street shows: its colour and how it takes light. One is reused for all points. */

export interface Surface {
  r: number
  g: number
  b: number
  /** Normal, length 1. */
  nx: number
  ny: number
  nz: number
  /** Share of the sky that reaches it, 0..1. */
  open: number
  /** Share of the light that it mirrors, 0..1. */
  gloss: number
}

export function newSurface(): Surface {
  return { r: 0, g: 0, b: 0, nx: 0, ny: 1, nz: 0, open: 1, gloss: 0 }
}

/** Paints a surface with a colour times `k`; leaves the normal. */
export function paint(s: Surface, rgb: readonly [number, number, number], k: number): void {
  s.r = rgb[0] * k
  s.g = rgb[1] * k
  s.b = rgb[2] * k
}

/** 0 before `from`, 1 after `to`, straight between: an edge as wide as the eye can resolve there. */
export function ramp(from: number, to: number, v: number): number {
  const t = (v - from) / (to - from)
  return Math.min(1, Math.max(0, t))
}

/** 1 between `from` and `to`, falling to 0 over `soft` on both sides. */
export function band(from: number, to: number, soft: number, v: number): number {
  return ramp(from - soft, from + soft, v) * (1 - ramp(to - soft, to + soft, v))
}
