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
  // for a person it is one cause
  expect(recent().map(({ text, count, remedy }) => [text, count, remedy])).toEqual([
    ['still full', 3, 'Free disk space under state_dir; alerts cannot be kept safely until then.'],
  ])
  expect(recent()[0]!.firstAtMs).toBeLessThanOrEqual(recent()[0]!.atMs)
})
