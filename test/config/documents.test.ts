/** What README, deploy/, docs/ and the remedies say about keys and codes is so. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keyNames } from '../../src/config/key-table.js'
import { REMEDIES } from '../../src/core/errors.js'

const ROOT = resolve(import.meta.dirname, '../..')
const PAGES = ['README.md', 'deploy/README.md', 'deploy/framewarden.example.yaml', 'docs/errors.md']
/** How a code looks, and what a checkout says that was not built. */
const NO_CODES = ['FW_CODE', 'FW_NOT_BUILT']
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** As in the file, or within a camera: `cameras.timeouts.stall`, `timeouts.stall`. */
const KEYS = new Set(keyNames().flatMap((name) => [name, name.replace(/^cameras\./, '')]))
const SECTIONS = new Set([...KEYS].filter((name) => [...KEYS].some((other) => other.startsWith(`${name}.`))))

/** `section.key` in a text; a file's name and `framewarden.service` are none. */
function keysIn(words: string): string[] {
  const dotted = [...words.matchAll(/(?<![\w./-])([a-z_]+)((?:\.[a-z_]+)+)(?![\w/-])/g)]
  return dotted.filter(([, first]) => SECTIONS.has(first!)).map(([name]) => name)
}

describe('the documents', () => {
  it.each(PAGES)('%s names keys that the schema has', (page) => {
    const named = keysIn(text(page))
    expect(named.filter((name) => !KEYS.has(name))).toEqual([])
  })

  it.each(PAGES)('%s names codes that there are', (page) => {
    const named = [...text(page).matchAll(/\bFW_[A-Z]+(?:_[A-Z]+)*\b/g)].map(([code]) => code)
    expect(named.filter((code) => !(code in REMEDIES) && !NO_CODES.includes(code))).toEqual([])
  })

  it('README tunes keys, so the check sees some', () => {
    expect(keysIn(text('README.md'))).toEqual(expect.arrayContaining(['detection.clear_after', 'timeouts.stall']))
  })
})

describe('the table of codes', () => {
  it('names keys that the schema has', () => {
    const named = Object.values(REMEDIES).flatMap(keysIn)
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((name) => !KEYS.has(name))).toEqual([])
  })

  it('has no code that nothing gives', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== 'core/errors.ts')
      .map((path) => text(join('src', path)))
      .join('\n')
    expect(Object.keys(REMEDIES).filter((code) => !new RegExp(`\\b${code}\\b`).test(sources))).toEqual([])
  })
})
