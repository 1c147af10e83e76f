import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { page, pagePolicy } from '../../src/status/page.js'

function inside(tag: string): string[] {
  return [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map((match) => match[1]!)
}

describe('the page', () => {
  it('runs only what its policy names by hash', () => {
    for (const [tag, directive] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ] as const) {
      const [source, ...more] = inside(tag)
      expect(more).toEqual([])
      const hash = createHash('sha256').update(source!).digest('base64')
      expect(pagePolicy).toContain(`${directive} 'sha256-${hash}'`)
    }
    expect(page).not.toMatch(/ (?:style|on[a-z]+)=/)
    expect(pagePolicy).not.toMatch(/unsafe|\*|https?:/)
  })

  it('fetches nothing from elsewhere', () => {
    const script = inside('script')[0]!
    expect(script).not.toMatch(/https?:|\/\/[a-z]/)
    const addresses = [...page.replace(script, '').matchAll(/(?:src|href|url\()\s*=?\s*["']?([^"'\s>)]+)/g)].map(
      (match) => match[1]!,
    )
    expect(addresses.length).toBeGreaterThan(3)
    for (const address of addresses) expect(address).toMatch(/^(?:\/[a-z]|data:image)/)
  })

  it('writes what comes from the unit as text alone', () => {
    expect(inside('script')[0]).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function/)
  })

  it('leaves out no function of its program', async () => {
    const file = (name: string) => readFile(new URL(`../../src/status/${name}.ts`, import.meta.url), 'utf8')
    const source = (await file('page-script')) + (await file('page-history'))
    const names = [...source.matchAll(/^(?:async )?function (\w+)/gm)].map((match) => match[1]!)
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) expect(inside('script')[0]).toContain(`function ${name}(`)
  })

  it('is a program that stands on its own', () => {
    expect(() => new Function(inside('script')[0]!)).not.toThrow()
    expect(inside('script')[0]).not.toMatch(/__vite|__name|import/)
  })
})
