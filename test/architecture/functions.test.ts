/** Small files can hide large closures: beyond a screen, a function says why. */
import { expect, test } from 'vitest'
import { functionsOf } from './function-lengths.js'
import { sources } from './sources.js'

const MOST_LINES = 60

test('a function of more than 60 lines says why at its head: `Long because …`', () => {
  const wrong = sources().flatMap(({ path, text }) =>
    functionsOf(text)
      .filter(({ length, reason }) => length > MOST_LINES && reason === undefined)
      .map(({ line, length, text: first }) => `${path}:${line}, ${length} lines: ${first}`),
  )
  expect(wrong).toEqual([])
})

test('a reason is given for long functions only', () => {
  const wrong = sources().flatMap(({ path, text }) =>
    functionsOf(text)
      .filter(({ length, reason }) => length <= MOST_LINES && reason !== undefined)
      .map(({ line }) => `${path}:${line}`),
  )
  expect(wrong).toEqual([])
})

test('what is measured: functions, arrows, methods, heads of several lines; no blocks and no objects', () => {
  const source = `/** Long because it is an example. */
export async function whole(
  a: number,
): Promise<void> {
  const object = {
    b: 1,
  }
  if (a > 1) {
    await step(object, () => {
      a++
    })
  }
}

const short = (a: number) => {
  a++
}
`
  const found = functionsOf(source).map(({ line, length, reason }) => [line, length, reason])
  expect(found).toEqual([
    [2, 12, 'it is an example.'],
    [9, 3, undefined],
    [15, 3, undefined],
  ])
})
