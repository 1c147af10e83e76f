/** Captions drawn as strokes: a bare machine has no fonts, and text in SVG would be empty boxes there. */

/** Strokes of a letter in a box of `width` by 10, origin at its upper left. */
interface Glyph {
  readonly width: number
  readonly path: string
}

const GLYPHS: Readonly<Record<string, Glyph>> = {
  ' ': { width: 3, path: '' },
  A: { width: 6.6, path: 'M0 10L3.3 0L6.6 10M1.2 6.6H5.4' },
  B: { width: 5.8, path: 'M0 0V10H3.2A2.6 2.6 0 0 0 3.2 4.8H0M0 0H2.8A2.4 2.4 0 0 1 2.8 4.8' },
  C: { width: 6.2, path: 'M6.2 1.9C5.5 .7 4.6 0 3.3 0C1.3 0 0 2 0 5S1.3 10 3.3 10C4.6 10 5.5 9.3 6.2 8.1' },
  D: { width: 6.2, path: 'M0 0V10H2.4C4.8 10 6.2 8 6.2 5S4.8 0 2.4 0Z' },
  E: { width: 5.2, path: 'M5.2 0H0V10H5.2M0 4.8H4.5' },
  F: { width: 5, path: 'M5 0H0V10M0 4.8H4.4' },
  I: { width: 1, path: 'M.5 0V10' },
  N: { width: 6, path: 'M0 10V0L6 10V0' },
  O: { width: 6.6, path: 'M3.3 0C1.3 0 0 2 0 5S1.3 10 3.3 10S6.6 8 6.6 5S5.3 0 3.3 0Z' },
  R: { width: 5.8, path: 'M0 10V0H3.1A2.6 2.6 0 0 1 3.1 5.2H0M3 5.2L5.8 10' },
  T: { width: 6, path: 'M0 0H6M3 0V10' },
  x: { width: 4.4, path: 'M0 4.6L4.4 10M4.4 4.6L0 10' },
  '8': {
    width: 5.2,
    path: 'M2.6 4.7A2.35 2.35 0 0 1 2.6 0A2.35 2.35 0 0 1 2.6 4.7A2.65 2.65 0 0 0 2.6 10A2.65 2.65 0 0 0 2.6 4.7',
  },
}
const GAP = 2.2

/** An SVG group of `text`, `size` pixels high, its upper left corner at `x`, `y`. Throws RangeError for a letter not drawn here. */
export function caption(text: string, x: number, y: number, size: number): string {
  let at = 0
  const strokes: string[] = []
  for (const letter of text) {
    const glyph = GLYPHS[letter]
    if (!glyph) throw new RangeError(`no strokes for '${letter}'`)
    if (glyph.path !== '') strokes.push(`<path transform="translate(${at.toFixed(1)} 0)" d="${glyph.path}"/>`)
    at += glyph.width + GAP
  }
  const style = 'fill="none" stroke="#e8e8e8" stroke-width="1.15" stroke-linecap="round" stroke-linejoin="round"'
  return `<g transform="translate(${x} ${y}) scale(${size / 10})" ${style}>${strokes.join('')}</g>`
}
