import { describe, expect, it } from 'vitest'
import { boxOf } from '../../src/core/box.js'

/** A map drawn in letters: # is perturbed. */
function drawn(...lines: string[]): [Float32Array, number, number] {
  const cells = lines.join('').split('')
  return [Float32Array.from(cells, (c) => (c === '#' ? 3 : -3)), lines[0]!.length, lines.length]
}

describe('box of a perturbation', () => {
  it('bounds the one region there is', () => {
    expect(boxOf(...drawn('........', '..####..', '..####..', '........'))).toEqual([0.25, 0.25, 0.5, 0.5])
  })

  it('bounds the region that holds most of the perturbed cells', () => {
    expect(boxOf(...drawn('###.......', '###......#', '..........', '..........'))).toEqual([0, 0, 0.3, 0.5])
  })

  it.each([
    { what: 'nothing is perturbed', lines: ['....', '....'] },
    { what: 'all is', lines: ['####', '####'] },
    { what: 'the cells are scattered and none leads', lines: ['#.#.#.#.', '........', '#.#.#.#.', '........'] },
    { what: 'cells touch at corners only', lines: ['#...', '.#..', '..#.', '...#'] },
  ])('is undefined where $what', ({ lines }) => {
    expect(boxOf(...drawn(...lines))).toBeUndefined()
  })

  it('follows a region that winds', () => {
    expect(boxOf(...drawn('#.........', '#.........', '###.......', '..........', '..........'))).toEqual([
      0, 0, 0.3, 0.6,
    ])
  })
})
