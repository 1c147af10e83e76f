import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BENCHMARKS, expectedOf, fixtureDir } from '../fixtures/benchmark.js'

const ROOT = new URL('../../', import.meta.url)
const PROGRAM = fileURLToPath(new URL('bin/framewarden.js', ROOT))
const FIGURES = ['undefended', 'gated', 'purified', 'flagged'] as const

type Row = { readonly group: string; readonly n: number } & Readonly<Record<(typeof FIGURES)[number], number>>

describe.each(BENCHMARKS)('evaluate --model %s', (name) => {
  const { bundle, groups, tolerance } = expectedOf(name)

  it('gives the figures of PyTorch on the same pictures', () => {
    const args = [PROGRAM, 'evaluate', '--model', name, fixtureDir(name), '--json']
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    const { model, task, groups: found } = JSON.parse(stdout) as { model: object; task: string; groups: Row[] }
    expect(model).toMatchObject({ name, version: bundle.version })
    expect(task).toBe('classification')
    expect(found.map(({ group, n }) => ({ group, n }))).toEqual(groups.map(({ group, n }) => ({ group, n })))
    for (const [i, row] of found.entries()) {
      for (const figure of FIGURES) {
        const points = 100 * Math.abs(row[figure] - groups[i]![figure])
        expect(points, `${row.group}, ${figure}`).toBeLessThanOrEqual(tolerance.points)
      }
    }
  })
})

it('the package carries cifar10 and not celeba, whose weights are for the benchmark alone', () => {
  const { files } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { files: string[] }
  const bundles = files.filter((path) => existsSync(new URL(`${path}/manifest.json`, ROOT)))
  expect(bundles).toEqual(['models/camera', 'models/cifar10'])
})
