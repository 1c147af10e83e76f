import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, describe as suite, test } from 'vitest'
import { describe, FwError, REMEDIES } from '../../src/core/errors.js'

suite('the error table', () => {
  test('docs/errors.md has each code with its remedy, and no other', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `(FW_[A-Z_]+)` \| (.+) \|$/gm)].map((m) => [m[1], m[2]])
    expect(Object.fromEntries(rows)).toEqual(REMEDIES)
  })

  test('every remedy is one line that ends as a sentence', () => {
    for (const [code, remedy] of Object.entries(REMEDIES)) {
      expect(code).toMatch(/^FW_[A-Z]+(_[A-Z]+)*$/)
      expect(remedy).toMatch(/^[^\n]+[.]$/)
    }
  })
})

suite('what a person reads', () => {
  test('code, what, remedy, on one line', () => {
    expect(describe(new FwError('FW_CAMERA_AUTH', "camera 'gate': 401"))).toBe(
      "FW_CAMERA_AUTH: camera 'gate': 401. Check the camera's username and password.",
    )
  })

  test('a bug is one line too', () => {
    expect(describe(new TypeError('x is undefined\nat y'))).toMatch(/^FW_INTERNAL: x is undefined\. [^\n]+$/)
  })
})
