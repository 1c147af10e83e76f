import { expect, test } from 'vitest'
import { seededChance } from '../../src/core/chance.js'
import { select } from '../../src/core/select.js'

test('every rank is the value that sorting puts there, ties and all', () => {
  const chance = seededChance(7)
  for (const length of [1, 2, 3, 8, 33]) {
    for (let round = 0; round < 20; round++) {
      const values = Float32Array.from({ length }, () => Math.floor(chance() * length))
      const sorted = values.slice().sort()
      for (let rank = 0; rank < length; rank++) expect(select(values.slice(), rank)).toBe(sorted[rank])
    }
  }
})
