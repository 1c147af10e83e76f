import { expect, test } from 'vitest'
import { NOTHING, splitLines } from '../../src/control/line-reader.js'

/** Lines of `pieces` one after the other; `most` bytes a line. */
function linesOf(pieces: readonly (string | Buffer)[], most = 100) {
  let rest = NOTHING
  const lines: string[] = []
  for (const piece of pieces) {
    const split = splitLines(rest, Buffer.from(piece), most)
    lines.push(...split.lines)
    if (split.tooLong) return { lines, tooLong: true, rest: '' }
    rest = split.rest
  }
  return { lines, tooLong: false, rest: Buffer.concat(rest.pieces).toString() }
}

test.each([
  ['one in a piece', ['a\n'], ['a'], ''],
  ['one in many', ['a', 'b', '', 'c\n'], ['abc'], ''],
  ['many in one', ['a\nb\n\nc\nd'], ['a', 'b', '', 'c'], 'd'],
  ['one that has not ended', ['a'], [], 'a'],
])('%s', (_, pieces, lines, rest) => {
  expect(linesOf(pieces)).toEqual({ lines, rest, tooLong: false })
})

test('a character that is cut in two is whole again', () => {
  const bytes = Buffer.from('ü\n')
  expect(linesOf([bytes.subarray(0, 1), bytes.subarray(1)]).lines).toEqual(['ü'])
})

test('a line may have as many bytes as are allowed, and not one more', () => {
  expect(linesOf(['x'.repeat(60), `${'x'.repeat(40)}\n`])).toMatchObject({ tooLong: false })
  expect(linesOf(['fine\n', 'x'.repeat(60), 'x'.repeat(41)])).toEqual({ lines: ['fine'], tooLong: true, rest: '' })
  expect(linesOf([`${'x'.repeat(101)}\n`])).toMatchObject({ tooLong: true })
})
