import { expect, test } from 'vitest'
import { FwError } from '../../src/core/errors.js'
import { errorLine } from '../../src/scan/lines.js'
import { jsonReport, textReport } from '../../src/scan/report.js'

const source = 'clips/a\u001b[2J\u009b1m.mp4'
const model = { name: 'camera', version: '1', sha256: '00' }

test.each([
  ['text', textReport],
  ['json', jsonReport],
] as const)('a file name with terminal escapes never reaches the terminal raw: %s', (_, report) => {
  const out: string[] = []
  const print = { out: (text: string) => out.push(text), err: (text: string) => out.push(text) }
  const lines = report(print, { frames: true })
  const score = { p50: 1, p99: 1, max: 1 }
  lines.line({ type: 'frame', source, frame: 0, t: 0, score: 1, flagged: false })
  lines.line({
    ...{ type: 'incident', source, phase: 'raised', t: 1, since: 0, kind: 'noise' },
    ...{ level: null, score: 1, box: null },
  })
  lines.line({
    ...{ type: 'summary', source, baseline: 'own', frames: 1, duration_s: 1, flagged: 0, incidents: 1, unscored: 0 },
    ...{ score, frames_per_s: 1, provider: 'cpu', model },
  })
  lines.line(errorLine(source, new FwError('FW_SOURCE', `${source}: ENOENT`)))
  lines.end()
  expect(out.length).toBeGreaterThanOrEqual(4)
  expect(out.join('').replaceAll('\n', '')).toMatch(/^[\x20-\x7e]+$/)
})
