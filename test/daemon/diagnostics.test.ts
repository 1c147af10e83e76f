import { expect, test } from 'vitest'
import { diagnostic } from '../../src/core/diagnostic.js'
import { createDiagnostics } from '../../src/daemon/diagnostics.js'

test('repeats of a code and subject are one line with a count; what is held back at the end is said then', () => {
  const lines: string[] = []
  const over = new AbortController()
  const { note, recent } = createDiagnostics((_, line) => lines.push(line), over.signal)
  for (const text of ['full', 'full', 'still full']) note(diagnostic('FW_SPOOL_DISK', 'spool', text))
  expect(lines.length).toBe(1)
  over.abort()
  expect(lines.length).toBe(2)
  expect(lines[1]).toContain('FW_SPOOL_DISK: spool: still full (2 times)')
  expect(recent().map(({ text, count }) => [text, count])).toEqual([
    ['full', 1],
    ['still full', 2],
  ])
})
