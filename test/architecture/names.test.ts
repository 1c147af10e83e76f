/** One name, one meaning: who searches for a name finds the one place where it is made. */
import { expect, test } from 'vitest'
import { sources } from './sources.js'

const DECLARED = /^export (?:async )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm
/** What the package exports is gathered there. */
const FACE = 'src/library/framewarden.ts'
const PASSED_ON = /^export (?:type )?(?:\{[^}]*\}|\*) from/gm

test('no exported name is declared in two files', () => {
  const files = new Map<string, string[]>()
  for (const { path, text } of sources()) {
    for (const [, name] of text.matchAll(DECLARED)) files.set(name!, [...(files.get(name!) ?? []), path])
  }
  expect(files.size).toBeGreaterThan(500)
  const twice = [...files]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => `${name}: ${paths.join(', ')}`)
  expect(twice.sort()).toEqual([])
})

test('a name is imported from where it is declared', () => {
  const inside = sources().filter(({ path }) => path !== FACE)
  const wrong = inside.flatMap(({ path, text }) => [...text.matchAll(PASSED_ON)].map(([line]) => `${path}: ${line}`))
  expect(wrong).toEqual([])
})
