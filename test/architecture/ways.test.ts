import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, sources, target } from './sources.js'

/** What each file of src/ imports, without src/ and .ts: `camera/supervisor`. */
const imports = new Map(
  sources()
    .filter((source) => source.path.startsWith('src/'))
    .map((source) => [
      named(source.path),
      source.imports.filter((n) => n.startsWith('.')).map((n) => named(target(source, n))),
    ]),
)

function named(path: string): string {
  return path.replace(/^src\//, '').replace(/\.ts$/, '')
}

/** The files of the table below `heading` in ARCHITECTURE.md, and with those between them that join one to the next. */
function wayOf(heading: string): { files: string[]; joined: string[] } {
  const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
  const [, section = ''] = new RegExp(`^## ${heading}$([\\s\\S]*?)^## `, 'm').exec(page) ?? []
  const rows = [...section.matchAll(/^\| `([^`]+)` \|.*\|(.*)\|$/gm)]
  const joined = rows.flatMap(([, file, by]) => [file!, ...[...by!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)])
  return { files: rows.map(([, file]) => file!), joined }
}

test.each(["A frame's way", "A key's way"])('%s is eight files at most, each joined to the next', (heading) => {
  const { files, joined } = wayOf(heading)
  expect(files.length).toBeGreaterThan(4)
  expect(files.length).toBeLessThanOrEqual(8)
  expect(joined.filter((name) => !imports.has(name))).toEqual([])
  const apart = joined.slice(1).flatMap((name, i) => {
    const before = joined[i]!
    const touch = imports.get(before)!.includes(name) || imports.get(name)!.includes(before)
    return touch || before === name ? [] : [`${before} and ${name}`]
  })
  expect(apart).toEqual([])
})
