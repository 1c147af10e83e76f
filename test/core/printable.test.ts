import { expect, test } from 'vitest'
import { diagnosticLine } from '../../src/core/diagnostic.js'
import { describe, FwError } from '../../src/core/errors.js'
import { jsonLine, printable } from '../../src/core/printable.js'

test.each([
  ['gate-7/Tür 北.mp4', 'gate-7/Tür 北.mp4'],
  ['\u001b[2Jx', '\\x1b[2Jx'],
  ['a\u009b31mb\u007f', 'a\\x9b31mb\\x7f'],
  ['two\r\nlines', 'two\\x0d\\x0alines'],
  ['gpj.\u202eexe', 'gpj.\\u202eexe'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('lines stay where they are wanted', () => {
  expect(printable('a\n\tb\n', { keepLines: true })).toBe('a\n\\x09b\n')
})

test('an error names a file whose name would steer the terminal', () => {
  const error = new FwError('FW_CONFIG_MISSING', '\u001b]0;title\u0007.yaml: no such file')
  expect(describe(error)).toBe(
    'FW_CONFIG_MISSING: \\x1b]0;title\\x07.yaml: no such file. Name a configuration file that is there and that this user may read.',
  )
})

test('a diagnostic is fit for a terminal, whatever it is about', () => {
  const d = { code: 'FW_CAMERA_DATA', subject: 'a\u001b.mp4', text: 'b\u009b', count: 1 } as const
  expect(diagnosticLine(d)).toMatch(/^FW_CAMERA_DATA: a\\x1b\.mp4: b\\x9b\. /)
})

test('JSON stays the same value and holds nothing that steers', () => {
  const value = { source: 'a\u001b[2J\u009b1m\u202eb\u007f' }
  const line = jsonLine(value)
  expect(line).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(line)).toEqual(value)
})
