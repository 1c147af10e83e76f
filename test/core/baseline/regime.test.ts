import { expect, test } from 'vitest'
import { enterRegime, type Light, type RegimeState } from '../../../src/core/baseline/regime.js'

const day: Light = { luma: 110, chroma: 8 }
const infrared: Light = { luma: 90, chroma: 0.4 }
const night: Light = { luma: 20, chroma: 2 }

function play(lights: readonly (readonly [Light, number])[]): string[] {
  let state: RegimeState | undefined
  let atMs = 0
  const seen: string[] = []
  for (const [light, seconds] of lights) {
    for (let i = 0; i < seconds * 5; i++, atMs += 200) {
      state = enterRegime(state, light, atMs)
      if (seen.at(-1) !== state.regime) seen.push(state.regime)
    }
  }
  return seen
}

test('the first picture says which light it is', () => {
  expect(play([[infrared, 1]])).toEqual(['mono'])
})

test('infra-red and night are entered and left', () => {
  expect(
    play([
      [day, 5],
      [infrared, 5],
      [night, 5],
      [day, 5],
    ]),
  ).toEqual(['colour', 'mono', 'dark', 'colour'])
})

test('a lorry before the lens for two seconds is no other light', () => {
  expect(
    play([
      [day, 5],
      [night, 2],
      [day, 5],
    ]),
  ).toEqual(['colour'])
})

test('between two lights the one that was stays', () => {
  const pale: Light = { luma: 90, chroma: 1.8 }
  const dim: Light = { luma: 38, chroma: 8 }
  expect(
    play([
      [day, 2],
      [pale, 9],
      [dim, 9],
    ]),
  ).toEqual(['colour'])
  expect(
    play([
      [infrared, 2],
      [pale, 9],
    ]),
  ).toEqual(['mono'])
})
