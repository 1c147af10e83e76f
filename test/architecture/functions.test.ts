/** Small files can hide large closures: beyond a screen, a function says why. */
import { expect, test } from 'vitest'
import { functionsOf } from './function-lengths.js'
import { sources } from './sources.js'

const MOST_LINES = 60
/** Being split; nothing is added here, and what is shorter goes. */
const NOT_YET = [
  'src/daemon/reload.ts: createReload',
  'src/guard/guard.ts: startGuard',
  'src/inference/engine.ts: startThread',
]

test('a function of more than 60 lines says why at its head: `Long because …`', () => {
  const wrong = sources().flatMap(({ path, text }) =>
    functionsOf(text)
      .filter(({ length, reason }) => length > MOST_LINES && reason === undefined)
      .map(({ text: first, line, length }) => ({
        name: `${path}: ${nameIn(first)}`,
        at: `${path}:${line}, ${length} lines`,
      })),
  )
  expect(wrong.filter(({ name }) => !NOT_YET.includes(name))).toEqual([])
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
    [2, 12, 'it is an example. */'],
    [9, 3, undefined],
    [15, 3, undefined],
  ])
})

/** `export async function open(` -> open, `const f = (a) => {` -> f, else the line. */
function nameIn(line: string): string {
  return /(?:function\*?|const|get|set) (\w+)/.exec(line)?.[1] ?? line
}
