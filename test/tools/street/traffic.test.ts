import { expect, test } from 'vitest'
import { ROUND_S } from '../../../tools/street/round.js'
import { carsAt, peopleAt } from '../../../tools/street/traffic.js'

test('somebody is in the street at every moment', () => {
  for (let t = 0; t < ROUND_S; t += 0.5) expect(carsAt(t).length + peopleAt(t).length, `at ${t} s`).toBeGreaterThan(2)
})

test('everybody is back in place after a round', () => {
  for (const t of [0, 3.25, 17.5, 39.75]) {
    expect(carsAt(t + ROUND_S)).toEqual(carsAt(t))
    expect(peopleAt(t + ROUND_S)).toEqual(peopleAt(t))
  }
})
