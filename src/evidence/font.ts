/** A small bitmap font, 5 x 7, as cameras burn it in. */

export const GLYPH_WIDTH = 5
export const GLYPH_HEIGHT = 7

/** Rows from the top, five columns each; a hex digit pair is one row (0x10 is the left column). */
const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '00000000000000',
  '0': '0e11131519110e',
  '1': '040c040404040e',
  '2': '0e11010204081f',
  '3': '1f02040201110e',
  '4': '02060a121f0202',
  '5': '1f101e0101110e',
  '6': '0608101e11110e',
  '7': '1f010204080808',
  '8': '0e11110e11110e',
  '9': '0e11110f01020c',
  A: '0e11111f111111',
  B: '1e11111e11111e',
  C: '0e11101010110e',
  D: '1c12111111121c',
  E: '1f10101e10101f',
  F: '1f10101e101010',
  G: '0e11101711110f',
  H: '1111111f111111',
  I: '0e04040404040e',
  J: '0702020202120c',
  K: '11121418141211',
  L: '1010101010101f',
  M: '111b1515111111',
  N: '11191513111111',
  O: '0e11111111110e',
  P: '1e11111e101010',
  Q: '0e11111115120d',
  R: '1e11111e141211',
  S: '0f10100e01011e',
  T: '1f040404040404',
  U: '1111111111110e',
  V: '11111111110a04',
  W: '11111115151b11',
  X: '11110a040a1111',
  Y: '11110a04040404',
  Z: '1f01020408101f',
  '-': '0000001f000000',
  ':': '000c0c000c0c00',
  '.': '000000000c0c00',
  ',': '000000000c0408',
  '/': '00010204081000',
  '(': '02040808080402',
  ')': '08040202020408',
  '+': '0004041f040400',
  '=': '00001f001f0000',
  '%': '18190204081303',
}

/** Width of `text` in font pixels, one column between letters. */
export function textWidth(text: string): number {
  return Math.max(0, text.length * (GLYPH_WIDTH + 1) - 1)
}

/** Calls `dot` for each set pixel of `text` (letters as capitals; unknown ones are blank), from its top left at (0, 0). */
export function drawText(text: string, dot: (x: number, y: number) => void): void {
  for (const [at, letter] of [...text.toUpperCase()].entries()) {
    const rows = GLYPHS[letter] ?? GLYPHS[' ']!
    for (let y = 0; y < GLYPH_HEIGHT; y++) {
      const row = Number.parseInt(rows.slice(2 * y, 2 * y + 2), 16)
      for (let x = 0; x < GLYPH_WIDTH; x++) if (row & (0x10 >> x)) dot(at * (GLYPH_WIDTH + 1) + x, y)
    }
  }
}
